package io.loligo.proxy.origin;

import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.Balancing.CarpKey;
import io.loligo.proxy.config.PeerConfig;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The peers that share requests by a hash, with the very placement of Squid 5.7: a key goes to the eligible peer that
 * scores most for it. The hash and the load factors are those of CARP (draft-vinod-carp-v1 §3). Immutable.
 *
 * <p>A score depends on the key, on the peer's name and on the weights of all members, whether they live or not. So a
 * peer that dies gives its keys to others, no other key moves, and it has the same keys again when it comes back.
 */
final class PeerHash {
    private static final int SCRAMBLE = 0x62531965;

    /** Indices into the peers, by weight; equal weights in file order. */
    private final int[] members;

    private final int[] memberHashes;
    private final double[] loadFactors;
    private final PeerConfig[] configs;

    private PeerHash(PeerConfig[] configs, int[] members) {
        this.configs = configs;
        this.members = members;
        this.memberHashes = new int[members.length];
        for (int i = 0; i < members.length; i++) {
            memberHashes[i] = hashOfName(configs[members[i]].name());
        }
        this.loadFactors = loadFactors(
                Arrays.stream(members).map(peer -> configs[peer].weight()).toArray());
    }

    /** Those of {@code configs} that have the option. */
    static PeerHash of(PeerConfig[] configs, Predicate<Balancing> option) {
        int[] members = IntStream.range(0, configs.length)
                .filter(peer -> option.test(configs[peer].balancing()))
                .boxed()
                .sorted(Comparator.comparingInt(peer -> configs[peer].weight()))
                .mapToInt(Integer::intValue)
                .toArray();
        return new PeerHash(configs, members);
    }

    boolean isEmpty() {
        return members.length == 0;
    }

    /** The peer for a key, each char of which is a byte; -1 when no member is eligible. */
    int choose(String key, boolean[] eligible) {
        int hash = hash(0, key, 0, key.length());
        int best = -1;
        double most = 0;
        for (int i = 0; i < members.length; i++) {
            double score = score(i, hash);
            if (score > most && eligible[members[i]]) {
                most = score;
                best = members[i];
            }
        }
        return best;
    }

    /**
     * The peer for a URL by CARP; -1 when no member is eligible. Squid since 3.4 hashes the key of each member on top of
     * those of the members before it, and so does this.
     */
    int choose(EffectiveUri uri, boolean[] eligible) {
        int hash = 0;
        int best = -1;
        double most = 0;
        for (int i = 0; i < members.length; i++) {
            hash = hash(hash, uri, configs[members[i]].balancing().carpKey());
            double score = score(i, hash);
            if (score > most && eligible[members[i]]) {
                most = score;
                best = members[i];
            }
        }
        return best;
    }

    private double score(int member, int keyHash) {
        int combined = memberHashes[member] ^ keyHash;
        combined += combined * SCRAMBLE;
        return Integer.toUnsignedLong(Integer.rotateLeft(combined, 21)) * loadFactors[member];
    }

    private static int hash(int before, EffectiveUri uri, Set<CarpKey> parts) {
        String path = uri.pathAndQuery();
        int query = path.indexOf('?');
        int pathEnd = query < 0 ? path.length() : query;
        boolean all =
                parts.isEmpty() || (pathEnd == path.length() && parts.size() == 1 && parts.contains(CarpKey.PARAMS));
        if (all) {
            return hash(before, uri.toString());
        }
        int hash = before;
        if (parts.contains(CarpKey.SCHEME)) {
            hash = hash(hash(hash, uri.scheme()), "://");
        }
        if (parts.contains(CarpKey.HOST)) {
            hash = hash(hash, uri.host());
        }
        if (parts.contains(CarpKey.PORT)) {
            hash = hash(hash(hash, ":"), Integer.toString(uri.port()));
        }
        if (parts.contains(CarpKey.PATH)) {
            hash = hash(hash, path, 0, pathEnd);
        }
        if (parts.contains(CarpKey.PARAMS)) {
            hash = hash(hash, path, pathEnd, path.length());
        }
        return hash;
    }

    private static int hash(int before, String key) {
        return hash(before, key, 0, key.length());
    }

    /** Bytes from 0x80 up count as negative numbers, as where Squid was compiled. */
    private static int hash(int before, String key, int from, int to) {
        int hash = before;
        for (int i = from; i < to; i++) {
            hash += Integer.rotateLeft(hash, 19) + (byte) key.charAt(i);
        }
        return hash;
    }

    private static int hashOfName(String name) {
        int hash = hash(0, name);
        hash += hash * SCRAMBLE;
        return Integer.rotateLeft(hash, 21);
    }

    /** What each member's hash is multiplied with, so that it gets its share; draft-vinod-carp-v1 §3.3. */
    private static double[] loadFactors(int[] weights) {
        double total = Arrays.stream(weights).asLongStream().sum();
        double[] factors = new double[weights.length];
        double shareBefore = 0;
        double factorBefore = 0;
        double product = 1;
        for (int i = 0; i < weights.length; i++) {
            int left = weights.length - i;
            double share = weights[i] / total;
            double power = left * (share - shareBefore) / product + Math.pow(factorBefore, left);
            factors[i] = Math.pow(power, 1.0 / left);
            product *= factors[i];
            shareBefore = share;
            factorBefore = factors[i];
        }
        return factors;
    }
}
