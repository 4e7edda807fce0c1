package io.loligo.proxy.access;

import java.net.InetAddress;

/**
 * The client of a request that came through proxies, as the field X-Forwarded-For names it. Squid's indirect client.
 *
 * @param address its address
 * @param inAcls whether the acl type src looks at it, and not at the proxy's: acl_uses_indirect_client
 * @param inDelayPools whether delay pools count it: delay_pool_uses_indirect_client
 * @param inLogs whether the access log shows it: log_uses_indirect_client
 */
public record IndirectClient(InetAddress address, boolean inAcls, boolean inDelayPools, boolean inLogs) {}
