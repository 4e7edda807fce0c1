package io.loligo.proxy.admin;

import java.time.Instant;
import java.util.List;

/**
 * Who is running.
 *
 * @param version of Loligo
 * @param visibleHostname visible_hostname
 * @param pid the process
 * @param startTime when it was ready
 * @param configFile the configuration it was started with
 * @param listening the addresses of its http_ports, {@code host:port}
 * @param peers every cache_peer
 * @param warnings what the operator should know of: an assumed http_access, a shard that is not usable yet
 */
public record ServerStatus(
        String version,
        String visibleHostname,
        long pid,
        Instant startTime,
        String configFile,
        List<String> listening,
        List<PeerState> peers,
        List<String> warnings) {}
