package io.loligo.proxy.admin;

import io.loligo.cache.store.StoreStats;
import java.time.Instant;
import java.util.List;

/** The server as its manager pages see it. Called by any thread; must not wait. */
public interface ServerView {

    /** What the server calls itself, for example {@code 0.1.0}. */
    String version();

    /** visible_hostname. */
    String visibleHostname();

    Instant startTime();

    StoreStats store();

    /** Every cache_peer, in the configuration's order. */
    List<PeerState> peers();

    /** Client connections that are open now. */
    int clientConnections();
}
