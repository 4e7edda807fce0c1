package io.loligo.proxy.origin;

/** Told of every byte that goes to peers and comes from them, heads and framing included. Called on I/O threads. */
@FunctionalInterface
public interface OriginTraffic {
    /**
     * Some bytes went over a connection.
     *
     * @param sent bytes that the socket took
     * @param received bytes that it gave
     */
    void moved(long sent, long received);
}
