package io.loligo.proxy.access;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Internet addresses: ranges of IPv4 and IPv6, found by binary search. An IPv4 address is the IPv6 address that maps it.
 * Squid's src.
 */
public final class AddressSet {
    /** The range of IPv4 addresses within IPv6. */
    private static final long V4_PREFIX = 0xffffL << 32;

    private static final Range V4 = new Range(0, V4_PREFIX, 0, V4_PREFIX | 0xffff_ffffL);
    private static final Range ALL = new Range(0, 0, -1, -1);

    /** Sorted, disjoint: first high, first low, last high, last low, … */
    private final long[] ranges;
    /** Those with a mask that is no prefix. */
    private final List<Masked> masked;

    private AddressSet(long[] ranges, List<Masked> masked) {
        this.ranges = ranges;
        this.masked = masked;
    }

    private record Range(long firstHigh, long firstLow, long lastHigh, long lastLow) {}

    private record Masked(long maskHigh, long maskLow, Range range) {}

    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4
                ? contains(0, V4_PREFIX | (ByteBuffer.wrap(bytes).getInt() & 0xffff_ffffL))
                : contains(
                        ByteBuffer.wrap(bytes).getLong(), ByteBuffer.wrap(bytes).getLong(8));
    }

    /** Whether 127.0.0.1 or ::1 is in it. */
    boolean containsLoopback() {
        return contains(0, V4_PREFIX | 0x7f00_0001) || contains(0, 1);
    }

    /** Whether every IPv4 address is in it. */
    boolean containsAll() {
        for (int i = 0; i < ranges.length; i += 4) {
            Range range = new Range(ranges[i], ranges[i + 1], ranges[i + 2], ranges[i + 3]);
            if (isIn(V4.firstHigh, V4.firstLow, range) && isIn(V4.lastHigh, V4.lastLow, range)) {
                return true;
            }
        }
        return false;
    }

    private boolean contains(long high, long low) {
        int from = 0;
        int to = ranges.length / 4 - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            if (compare(high, low, ranges[4 * middle], ranges[4 * middle + 1]) < 0) {
                to = middle - 1;
            } else if (compare(high, low, ranges[4 * middle + 2], ranges[4 * middle + 3]) > 0) {
                from = middle + 1;
            } else {
                return true;
            }
        }
        for (Masked entry : masked) {
            if (isIn(high & entry.maskHigh, low & entry.maskLow, entry.range)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(long high, long low, Range range) {
        return compare(high, low, range.firstHigh, range.firstLow) >= 0
                && compare(high, low, range.lastHigh, range.lastLow) <= 0;
    }

    private static int compare(long high1, long low1, long high2, long low2) {
        int high = Long.compareUnsigned(high1, high2);
        return high != 0 ? high : Long.compareUnsigned(low1, low2);
    }

    static Builder builder() {
        return new Builder();
    }

    /** Collects the items of an acl; used by one thread. */
    static final class Builder {
        private final List<Range> found = new ArrayList<>();
        private final List<Masked> masked = new ArrayList<>();

        private Builder() {}

        /**
         * Adds {@code all}, {@code ipv4}, {@code ipv6}, {@code A}, {@code A/bits}, {@code A/mask}, {@code A-B} or
         * {@code A-B/mask}.
         *
         * @return whether {@code item} is one of these; a host name is not
         */
        boolean add(String item) {
            switch (item) {
                case "all", "0/0", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "0.0.0.0-255.255.255.255", "0.0.0.0-0.0.0.0/0" -> {
                    found.add(ALL);
                    return true;
                }
                case "ipv4" -> {
                    found.add(V4);
                    return true;
                }
                case "ipv6" -> {
                    found.add(new Range(0, 0, 0, V4_PREFIX - 1));
                    found.add(new Range(0, V4.lastLow + 1, -1, -1));
                    return true;
                }
                default -> {
                    return range(item);
                }
            }
        }

        void add(InetAddress address) {
            Range single = single(address.getAddress());
            found.add(single);
        }

        private boolean range(String item) {
            int slash = item.indexOf('/');
            String addresses = slash < 0 ? item : item.substring(0, slash);
            int dash = addresses.indexOf('-');
            Optional<byte[]> first = AddressLiteral.bytes(dash < 0 ? addresses : addresses.substring(0, dash));
            Optional<byte[]> last = dash < 0 ? first : AddressLiteral.bytes(addresses.substring(dash + 1));
            if (first.isEmpty() || last.isEmpty() || first.get().length != last.get().length) {
                return false;
            }
            int length = first.get().length;
            Optional<byte[]> mask = slash < 0 ? prefix(8 * length, length) : mask(item.substring(slash + 1), length);
            if (mask.isEmpty()) {
                return false;
            }
            byte[] from = and(first.get(), mask.get());
            byte[] to = and(last.get(), mask.get());
            if (Arrays.compareUnsigned(from, to) > 0) {
                return false;
            }
            if (isPrefix(mask.get())) {
                Range start = single(from);
                Range end = single(orInverse(to, mask.get()));
                found.add(new Range(start.firstHigh, start.firstLow, end.lastHigh, end.lastLow));
            } else {
                Range start = single(from);
                Range end = single(to);
                byte[] bits = mask.get();
                long high = length == 4 ? -1 : ByteBuffer.wrap(bits).getLong();
                long low = length == 4
                        ? -1L << 32 | (ByteBuffer.wrap(bits).getInt() & 0xffff_ffffL)
                        : ByteBuffer.wrap(bits).getLong(8);
                masked.add(
                        new Masked(high, low, new Range(start.firstHigh, start.firstLow, end.lastHigh, end.lastLow)));
            }
            return true;
        }

        AddressSet build() {
            found.sort(Comparator.comparing(
                    range -> range, (a, b) -> compare(a.firstHigh, a.firstLow, b.firstHigh, b.firstLow)));
            List<Range> merged = new ArrayList<>();
            for (Range range : found) {
                Range last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
                if (last != null && compare(range.firstHigh, range.firstLow, last.lastHigh, last.lastLow) <= 0) {
                    if (compare(range.lastHigh, range.lastLow, last.lastHigh, last.lastLow) > 0) {
                        merged.set(
                                merged.size() - 1,
                                new Range(last.firstHigh, last.firstLow, range.lastHigh, range.lastLow));
                    }
                } else {
                    merged.add(range);
                }
            }
            long[] sorted = new long[4 * merged.size()];
            for (int i = 0; i < merged.size(); i++) {
                Range range = merged.get(i);
                sorted[4 * i] = range.firstHigh;
                sorted[4 * i + 1] = range.firstLow;
                sorted[4 * i + 2] = range.lastHigh;
                sorted[4 * i + 3] = range.lastLow;
            }
            return new AddressSet(sorted, List.copyOf(masked));
        }

        private static Range single(byte[] bytes) {
            long high = bytes.length == 4 ? 0 : ByteBuffer.wrap(bytes).getLong();
            long low = bytes.length == 4
                    ? V4_PREFIX | (ByteBuffer.wrap(bytes).getInt() & 0xffff_ffffL)
                    : ByteBuffer.wrap(bytes).getLong(8);
            return new Range(high, low, high, low);
        }
    }

    private static Optional<byte[]> mask(String text, int length) {
        Optional<Integer> bits = AddressLiteral.number(text, 8 * length);
        return bits.isPresent()
                ? prefix(bits.get(), length)
                : AddressLiteral.bytes(text).filter(mask -> mask.length == length);
    }

    private static Optional<byte[]> prefix(int bits, int length) {
        byte[] mask = new byte[length];
        for (int i = 0; i < bits; i++) {
            mask[i / 8] |= (byte) (0x80 >>> i % 8);
        }
        return Optional.of(mask);
    }

    private static boolean isPrefix(byte[] mask) {
        boolean ended = false;
        for (int i = 0; i < 8 * mask.length; i++) {
            boolean set = (mask[i / 8] & 0x80 >>> i % 8) != 0;
            if (set && ended) {
                return false;
            }
            ended = !set;
        }
        return true;
    }

    private static byte[] and(byte[] bytes, byte[] mask) {
        byte[] result = bytes.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] &= mask[i];
        }
        return result;
    }

    private static byte[] orInverse(byte[] bytes, byte[] mask) {
        byte[] result = bytes.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] |= (byte) ~mask[i];
        }
        return result;
    }
}
