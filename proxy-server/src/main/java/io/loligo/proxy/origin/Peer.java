package io.loligo.proxy.origin;

import io.loligo.proxy.config.PeerConfig;

/** A cache_peer at work: its configuration and its present state. State is read and changed by every I/O thread. */
public final class Peer {
    private final PeerConfig config;

    public Peer(PeerConfig config) {
        this.config = config;
    }

    public PeerConfig config() {
        return config;
    }
}
