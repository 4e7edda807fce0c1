package io.loligo.proxy.origin;

import io.loligo.cache.status.HierarchyCode;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.PeerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which peers may serve a request, and in which order to try them. Squid's peer selection for accelerated requests.
 *
 * <p>A peer is eligible when cache_peer_access allows the request, it is up, and max-conn leaves room. The first to try
 * is chosen by round-robin among those that have the option, else it is the first one up; then comes every other
 * eligible parent in file order. One instance per configuration; used by every I/O thread, does no I/O itself.
 */
public final class PeerSelection {
    /** Sets of allowed peers whose joined names are remembered; others are joined each time. */
    private static final int REMEMBERED_MAX = 256;

    private final Peer[] peers;
    /** The peers' configuration when this was made: one request sees one configuration. */
    private final PeerConfig[] configs;

    private final boolean anyRoundRobin;
    private volatile Joined joined = new Joined(new long[0], new String[0]);

    /** Requests sent to each round-robin peer, guarded by itself. */
    private final long[] turns;

    /** The peers' revivals when {@link #turns} started, guarded by it. */
    private int revivals;

    /** @param peers in file order */
    public PeerSelection(List<Peer> peers) {
        this.peers = peers.toArray(new Peer[0]);
        this.configs = peers.stream().map(Peer::config).toArray(PeerConfig[]::new);
        this.turns = new long[this.peers.length];
        this.anyRoundRobin = peers.stream().anyMatch(peer -> peer.config().roundRobin());
    }

    public List<Peer> peers() {
        return List.of(peers);
    }

    /** The eligible peers in the order in which to try them; empty when none may serve the request now. */
    public List<Candidate> select(RequestFacts facts) {
        return select(facts, true);
    }

    /** What {@link #select} would say now. Takes no turn of round-robin and asks after no peer that is down. */
    public List<Candidate> preview(RequestFacts facts) {
        return select(facts, false);
    }

    /**
     * How a peer stands to a request.
     *
     * @param access what cache_peer_access says
     */
    public record Standing(Peer peer, AccessVerdict access) {}

    /** How every peer stands to the request, in file order. */
    public List<Standing> standings(RequestFacts facts) {
        List<Standing> standings = new ArrayList<>(peers.length);
        for (int i = 0; i < peers.length; i++) {
            standings.add(new Standing(peers[i], configs[i].access().decide(facts)));
        }
        return standings;
    }

    private List<Candidate> select(RequestFacts facts, boolean takesTurn) {
        boolean[] eligible = new boolean[peers.length];
        int count = 0;
        for (int i = 0; i < peers.length; i++) {
            Peer peer = peers[i];
            if (!allows(i, facts)) {
                continue;
            }
            if (!peer.isUp()) {
                if (takesTurn) {
                    peer.lookedAtWhileDown();
                }
            } else if (peer.hasRoom()) {
                eligible[i] = true;
                count++;
            }
        }
        List<Candidate> candidates = new ArrayList<>(count);
        int first = anyRoundRobin ? roundRobin(eligible, takesTurn) : -1;
        if (first >= 0) {
            candidates.add(new Candidate(peers[first], HierarchyCode.ROUNDROBIN_PARENT));
        }
        for (int i = 0; i < peers.length; i++) {
            if (eligible[i] && i != first) {
                HierarchyCode code = candidates.isEmpty() ? HierarchyCode.FIRSTUP_PARENT : HierarchyCode.ANY_OLD_PARENT;
                candidates.add(new Candidate(peers[i], code));
            }
        }
        return candidates;
    }

    /**
     * The names of the peers that cache_peer_access allows, whatever their present state, joined by commas: a part of
     * the cache key. Allocates nothing when this set was seen before.
     */
    public String allowed(RequestFacts facts) {
        if (peers.length > Long.SIZE) {
            return joinAllowed(facts);
        }
        long set = 0;
        for (int i = 0; i < peers.length; i++) {
            if (allows(i, facts)) {
                set |= 1L << i;
            }
        }
        String known = joined.find(set);
        return known != null ? known : remember(set);
    }

    private boolean allows(int peer, RequestFacts facts) {
        return configs[peer].access().decide(facts).allowed();
    }

    /** Least turns by weight; the last listed wins ties. */
    private int roundRobin(boolean[] eligible, boolean takesTurn) {
        synchronized (turns) {
            int seen = 0;
            for (Peer peer : peers) {
                seen += peer.revivals();
            }
            if (seen != revivals) {
                // A peer that was away must not get all requests until its count has caught up.
                revivals = seen;
                Arrays.fill(turns, 1);
            }
            int best = -1;
            double least = Double.MAX_VALUE;
            for (int i = 0; i < peers.length; i++) {
                if (eligible[i] && configs[i].roundRobin()) {
                    double share = (double) turns[i] / configs[i].weight();
                    if (share <= least) {
                        least = share;
                        best = i;
                    }
                }
            }
            if (best >= 0 && takesTurn) {
                turns[best]++;
            }
            return best;
        }
    }

    private String joinAllowed(RequestFacts facts) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < peers.length; i++) {
            if (allows(i, facts)) {
                append(names, peers[i]);
            }
        }
        return names.toString();
    }

    private synchronized String remember(long set) {
        Joined now = joined;
        String known = now.find(set);
        if (known != null) {
            return known;
        }
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < peers.length; i++) {
            if ((set & 1L << i) != 0) {
                append(names, peers[i]);
            }
        }
        String text = names.toString();
        if (now.sets.length < REMEMBERED_MAX) {
            joined = now.plus(set, text);
        }
        return text;
    }

    private static void append(StringBuilder names, Peer peer) {
        if (!names.isEmpty()) {
            names.append(',');
        }
        names.append(peer.config().name());
    }

    /** Joined names by set of peers; never changed once it is published. */
    private static final class Joined {
        private final long[] sets;
        private final String[] names;

        Joined(long[] sets, String[] names) {
            this.sets = sets;
            this.names = names;
        }

        @Nullable String find(long set) {
            for (int i = 0; i < sets.length; i++) {
                if (sets[i] == set) {
                    return names[i];
                }
            }
            return null;
        }

        Joined plus(long set, String text) {
            long[] moreSets = Arrays.copyOf(sets, sets.length + 1);
            String[] moreNames = Arrays.copyOf(names, names.length + 1);
            moreSets[sets.length] = set;
            moreNames[names.length] = text;
            return new Joined(moreSets, moreNames);
        }
    }
}
