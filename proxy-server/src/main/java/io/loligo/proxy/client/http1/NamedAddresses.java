package io.loligo.proxy.client.http1;

import java.net.InetSocketAddress;

/**
 * The two ends of a connection, as somebody between them names them.
 *
 * @param client the client
 * @param local the address that the client connected to
 */
public record NamedAddresses(InetSocketAddress client, InetSocketAddress local) {}
