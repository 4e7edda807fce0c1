package io.loligo.proxy.origin;

import io.loligo.cache.status.HierarchyCode;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.log.AddressText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which peers may serve a request, and in which order to try them. Squid's peer selection for accelerated requests.
 *
 * <p>A peer is eligible when cache_peer_access allows the request, it is up, and max-conn leaves room. The first to try
 * is the one that the first of these yields: sourcehash, userhash, carp, round-robin and weighted-round-robin, each among
 * the peers that have the option; else it is the first one up. Then comes every other eligible parent in file order. One instance per configuration; used by every I/O thread, does no I/O itself.
 */
public final class PeerSelection {
    /** Sets of allowed peers whose joined names are remembered; others are joined each time. */
    private static final int REMEMBERED_MAX = 256;

    private final Peer[] peers;
    /** The peers' configuration when this was made: one request sees one configuration. */
    private final PeerConfig[] configs;

    private final PeerHash bySource;
    private final PeerHash byUser;
    private final PeerHash byUrl;
    private final Turns roundRobin;
    private final Turns weightedRoundRobin;
    private volatile Joined joined = new Joined(new long[0], new String[0]);

    /** @param peers in file order */
    public PeerSelection(List<Peer> peers) {
        this.peers = peers.toArray(new Peer[0]);
        this.configs = peers.stream().map(Peer::config).toArray(PeerConfig[]::new);
        this.bySource = PeerHash.of(configs, Balancing::sourceHash);
        this.byUser = PeerHash.of(configs, Balancing::userHash);
        this.byUrl = PeerHash.of(configs, Balancing::carp);
        this.roundRobin = new Turns(Balancing::roundRobin, true);
        this.weightedRoundRobin = new Turns(Balancing::weightedRoundRobin, false);
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
        int first = count == 0 ? -1 : balanced(facts, eligible, takesTurn, candidates);
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

    /** Adds the peer that a balancing option chooses, and says which; -1 when none does. */
    private int balanced(RequestFacts facts, boolean[] eligible, boolean takesTurn, List<Candidate> candidates) {
        int chosen = -1;
        HierarchyCode code = HierarchyCode.SOURCEHASH_PARENT;
        if (!bySource.isEmpty()) {
            chosen = bySource.choose(AddressText.of(facts.client().getAddress()), eligible);
        }
        if (chosen < 0 && !byUser.isEmpty()) {
            String user = BasicUser.bytes(facts.head().fields().first("Authorization"));
            if (!user.isEmpty()) {
                chosen = byUser.choose(lowerCase(user), eligible);
                code = HierarchyCode.USERHASH_PARENT;
            }
        }
        if (chosen < 0 && !byUrl.isEmpty()) {
            chosen = byUrl.choose(facts.uri(), eligible);
            code = HierarchyCode.CARP;
        }
        if (chosen < 0) {
            code = HierarchyCode.ROUNDROBIN_PARENT;
            chosen = roundRobin.next(eligible, takesTurn);
        }
        if (chosen < 0) {
            chosen = weightedRoundRobin.next(eligible, takesTurn);
        }
        if (chosen >= 0) {
            candidates.add(new Candidate(peers[chosen], code));
        }
        return chosen;
    }

    /** ASCII only: other bytes are of an unknown encoding. */
    private static String lowerCase(String user) {
        StringBuilder lower = new StringBuilder(user);
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if ('A' <= c && c <= 'Z') {
                lower.setCharAt(i, (char) (c + ('a' - 'A')));
            }
        }
        return lower.toString();
    }

    /** The peers that take turns: least turns, by weight or not; the last listed wins ties. */
    private final class Turns {
        private final boolean[] members = new boolean[peers.length];
        private final boolean any;
        private final boolean weighs;

        /** Requests sent to each, guarded by this. */
        private final long[] turns = new long[peers.length];

        /** The peers' revivals when {@link #turns} started, guarded by this. */
        private int revivals;

        Turns(Predicate<Balancing> option, boolean weighs) {
            boolean some = false;
            for (int i = 0; i < members.length; i++) {
                members[i] = option.test(configs[i].balancing());
                some |= members[i];
            }
            this.any = some;
            this.weighs = weighs;
        }

        /** -1 when no member is eligible. */
        int next(boolean[] eligible, boolean takesTurn) {
            return any ? least(eligible, takesTurn) : -1;
        }

        private synchronized int least(boolean[] eligible, boolean takesTurn) {
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
            for (int i = 0; i < turns.length; i++) {
                if (eligible[i] && members[i]) {
                    double share = weighs ? (double) turns[i] / configs[i].weight() : turns[i];
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
