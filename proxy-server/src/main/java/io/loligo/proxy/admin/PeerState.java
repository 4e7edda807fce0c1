package io.loligo.proxy.admin;

import java.util.List;

/**
 * A cache_peer at one moment, as the manager's server_list and the admin listener show it.
 *
 * @param name its name=
 * @param host as configured
 * @param port its HTTP port
 * @param flags its options as the configuration writes them, {@code originserver} and the like
 * @param addresses the addresses its name has now, short form
 * @param up whether requests are sent to it
 * @param fetches exchanges with it since the start
 * @param openConnections connections to it now, idle ones included
 * @param averageMillis how long it takes to answer, smoothed; 0 when not known
 * @param keepAlivePercent how many of its answers left the connection usable; 0 when there were none
 */
public record PeerState(
        String name,
        String host,
        int port,
        List<String> flags,
        List<String> addresses,
        boolean up,
        long fetches,
        int openConnections,
        long averageMillis,
        int keepAlivePercent) {}
