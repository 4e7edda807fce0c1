package io.loligo.proxy.config;

import java.util.Optional;
import java.util.Set;

/**
 * By which of Squid's methods a peer takes its share of the requests. A peer may have several; the first that yields a
 * peer decides, in the order of the components.
 *
 * @param sourceHash sourcehash: by the client's address
 * @param userHash userhash: by the user's name
 * @param carp carp: by the URL, or by what {@code carpKey} names
 * @param carpKey carp-key=, the parts of the URL that count for this peer; empty for the whole URL
 * @param roundRobin round-robin
 * @param weightedRoundRobin weighted-round-robin
 */
public record Balancing(
        boolean sourceHash,
        boolean userHash,
        boolean carp,
        Set<CarpKey> carpKey,
        boolean roundRobin,
        boolean weightedRoundRobin) {
    /** A peer without any of these options. */
    public static final Balancing NONE = new Balancing(false, false, false, Set.of(), false, false);

    /** A peer with nothing but round-robin. */
    public static final Balancing ROUND_ROBIN = new Balancing(false, false, false, Set.of(), true, false);

    public Balancing {
        carpKey = Set.copyOf(carpKey);
    }

    /** A part of the URL, as carp-key= names it. */
    public enum CarpKey {
        /** The scheme with {@code ://}. */
        SCHEME("scheme"),
        HOST("host"),
        /** {@code :} and the port, also the scheme's default. */
        PORT("port"),
        /** The path up to the query. */
        PATH("path"),
        /** {@code ?} and the query. */
        PARAMS("params");

        private final String word;

        CarpKey(String word) {
            this.word = word;
        }

        static Optional<CarpKey> of(String word) {
            for (CarpKey part : values()) {
                if (part.word.equals(word)) {
                    return Optional.of(part);
                }
            }
            return Optional.empty();
        }
    }
}
