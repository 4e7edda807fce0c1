package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.IndirectClient;
import io.loligo.proxy.access.RequestFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whose word is taken for who a client is. Immutable, used by every thread.
 *
 * @param followXForwardedFor follow_x_forwarded_for: whose X-Forwarded-For is believed; null where no line says so
 * @param aclUsesIndirectClient acl_uses_indirect_client; on by default
 * @param delayPoolUsesIndirectClient delay_pool_uses_indirect_client; on by default
 * @param logUsesIndirectClient log_uses_indirect_client; on by default
 * @param proxyProtocolAccess proxy_protocol_access: who may send PROXY headers; nobody where no line says so. Its acls look
 *     at the connection only
 */
public record ClientAddresses(
        @Nullable AccessList followXForwardedFor,
        boolean aclUsesIndirectClient,
        boolean delayPoolUsesIndirectClient,
        boolean logUsesIndirectClient,
        AccessList proxyProtocolAccess) {
    public static final ClientAddresses DEFAULT =
            new ClientAddresses(null, true, true, true, AccessList.empty("proxy_protocol_access", false));

    /** {@code facts}, and whom X-Forwarded-For names behind the client, if its word is taken for that. */
    public RequestFacts of(RequestFacts facts) {
        if (followXForwardedFor == null) {
            return facts;
        }
        InetAddress behind = IndirectClient.named(facts, followXForwardedFor);
        return behind == null
                ? facts
                : facts.withIndirectClient(new IndirectClient(
                        behind, aclUsesIndirectClient, delayPoolUsesIndirectClient, logUsesIndirectClient));
    }

    /** Whether {@code client} may begin its connections to {@code port} with PROXY headers. */
    public boolean mayNameClients(InetSocketAddress client, InetSocketAddress local, PortConfig port) {
        return proxyProtocolAccess
                .decide(RequestFacts.ofConnection(client, local, port.name()))
                .allowed();
    }
}
