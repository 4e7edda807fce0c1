package io.loligo.cache.store.eviction;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.loligo.cache.store.chronicle.Samples;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A policy under simulation: says of each request whether it is a hit. */
interface SimulatedCache {
    boolean request(int object, int bytes);

    /** The production code, used as a shard of the store uses it. */
    final class Production implements SimulatedCache {
        /** As the store: the evictor keeps so much free, a writer that finds less evicts itself. */
        private static final int FREE_PER_MILLE = 20;

        private final EvictionIndex index;
        private final long capacity;
        private final boolean[] present;
        private final long[] ids;
        private final Map<Long, Integer> objects = new HashMap<>();
        private final int[] sizes;
        private long nextId = 1;
        private long used;

        Production(EvictionIndex index, Trace trace, long capacity) {
            this.index = index;
            this.capacity = capacity;
            this.present = new boolean[trace.sizes().length];
            this.ids = new long[trace.sizes().length];
            this.sizes = trace.sizes();
        }

        @Override
        public boolean request(int object, int bytes) {
            if (present[object]) {
                index.touch(ids[object]);
                return true;
            }
            if (bytes > capacity) {
                return false;
            }
            while (used + bytes > capacity) {
                evict();
            }
            long id = nextId++;
            ids[object] = id;
            objects.put(id, object);
            present[object] = true;
            used += bytes;
            index.add(id, bytes, Integer.reverse(object * 0x9E3779B9));
            while (used > capacity - capacity / 1000 * FREE_PER_MILLE) {
                evict();
            }
            return false;
        }

        private void evict() {
            EvictionIndex.Victim victim = Samples.there(index.poll());
            int object = Samples.there(objects.remove(victim.id()));
            present[object] = false;
            used -= sizes[object];
        }
    }

    /** Least recently used; first in, first out when requests do not count. */
    final class Lru implements SimulatedCache {
        private final Map<Integer, Integer> line;
        private final long capacity;
        private long used;

        Lru(long capacity, boolean byAccess) {
            this.line = new LinkedHashMap<>(16, 0.75f, byAccess);
            this.capacity = capacity;
        }

        @Override
        public boolean request(int object, int bytes) {
            if (line.get(object) != null) {
                return true;
            }
            if (bytes <= capacity) {
                line.put(object, bytes);
                used += bytes;
                Iterator<Integer> oldest = line.values().iterator();
                while (used > capacity) {
                    used -= oldest.next();
                    oldest.remove();
                }
            }
            return false;
        }
    }

    /** GreedyDual-Size with frequency, exact. */
    final class Gdsf implements SimulatedCache {
        private record Place(double priority, long turn, int object) {}

        private final TreeSet<Place> line = new TreeSet<>((a, b) -> {
            int order = Double.compare(a.priority, b.priority);
            return order != 0 ? order : Long.compare(a.turn, b.turn);
        });
        private final @Nullable Place[] places;
        private final int[] counts;
        private final int[] sizes;
        private final long capacity;
        private double clock;
        private long turns;
        private long used;

        Gdsf(Trace trace, long capacity) {
            this.capacity = capacity;
            this.sizes = trace.sizes();
            places = new Place[trace.sizes().length];
            counts = new int[trace.sizes().length];
        }

        @Override
        public boolean request(int object, int bytes) {
            Place place = places[object];
            if (place != null) {
                line.remove(place);
                counts[object]++;
                enter(object, bytes);
                return true;
            }
            if (bytes <= capacity) {
                counts[object] = 1;
                enter(object, bytes);
                used += bytes;
                while (used > capacity) {
                    Place first = Samples.there(line.pollFirst());
                    clock = first.priority;
                    places[first.object] = null;
                    used -= sizes[first.object];
                }
            }
            return false;
        }

        private void enter(int object, int bytes) {
            Place place = new Place(clock + (double) counts[object] / bytes, turns++, object);
            places[object] = place;
            line.add(place);
        }
    }

    /** S3-FIFO (Yang and others, SOSP 2023), weighted by bytes. */
    final class S3Fifo implements SimulatedCache {
        private final ArrayDeque<Integer> small = new ArrayDeque<>();
        private final ArrayDeque<Integer> main = new ArrayDeque<>();
        private final LinkedHashMap<Integer, Integer> ghosts = new LinkedHashMap<>();
        private final boolean[] present;
        private final byte[] counts;
        private final int[] sizes;
        private final long capacity;
        private long smallUsed;
        private long mainUsed;
        private long ghostBytes;

        S3Fifo(Trace trace, long capacity) {
            this.capacity = capacity;
            this.sizes = trace.sizes();
            present = new boolean[sizes.length];
            counts = new byte[sizes.length];
        }

        @Override
        public boolean request(int object, int bytes) {
            if (present[object]) {
                counts[object] = (byte) Math.min(3, counts[object] + 1);
                return true;
            }
            if (bytes > capacity) {
                return false;
            }
            while (smallUsed + mainUsed + bytes > capacity) {
                evict();
            }
            present[object] = true;
            counts[object] = 0;
            Integer ghost = ghosts.remove(object);
            if (ghost != null) {
                ghostBytes -= ghost;
                main.add(object);
                mainUsed += bytes;
            } else {
                small.add(object);
                smallUsed += bytes;
            }
            return false;
        }

        private void evict() {
            if (!small.isEmpty() && (smallUsed > capacity / 10 || main.isEmpty())) {
                int object = small.remove();
                smallUsed -= sizes[object];
                if (counts[object] > 1) {
                    counts[object] = 0;
                    main.add(object);
                    mainUsed += sizes[object];
                } else {
                    present[object] = false;
                    ghosts.put(object, sizes[object]);
                    ghostBytes += sizes[object];
                    Iterator<Integer> oldest = ghosts.values().iterator();
                    while (ghostBytes > capacity - capacity / 10) {
                        ghostBytes -= oldest.next();
                        oldest.remove();
                    }
                }
            } else {
                int object = main.remove();
                if (counts[object] > 0) {
                    counts[object]--;
                    main.add(object);
                } else {
                    mainUsed -= sizes[object];
                    present[object] = false;
                }
            }
        }
    }

    /** Caffeine's W-TinyLFU, weighted by bytes. */
    final class TinyLfu implements SimulatedCache {
        private final Cache<Integer, Integer> cache;

        TinyLfu(long capacity) {
            cache = Caffeine.newBuilder()
                    .maximumWeight(capacity)
                    .weigher((Integer object, Integer bytes) -> bytes)
                    .executor(Runnable::run)
                    .build();
        }

        @Override
        public boolean request(int object, int bytes) {
            if (cache.getIfPresent(object) != null) {
                return true;
            }
            cache.put(object, bytes);
            return false;
        }
    }

    /**
     * Knows the future: of some that are drawn, what goes is the one with the largest product of size and time to its next
     * request (Belady-size). Not the best that there could be, but nearly.
     */
    final class Clairvoyant implements SimulatedCache {
        private static final int SAMPLE = 64;

        private final int[] next;
        private final int[] sizes;
        private final long capacity;
        private final int[] nextOf;
        private final int[] slots;
        private final int[] inSlot;
        private final Random random = new Random(1);
        private int count;
        private int now;
        private long used;

        Clairvoyant(Trace trace, long capacity) {
            this.capacity = capacity;
            sizes = trace.sizes();
            next = new int[trace.requests().length];
            int[] later = new int[sizes.length];
            Arrays.fill(later, Integer.MAX_VALUE);
            for (int i = next.length - 1; i >= 0; i--) {
                next[i] = later[trace.requests()[i]];
                later[trace.requests()[i]] = i;
            }
            nextOf = new int[sizes.length];
            slots = new int[sizes.length];
            Arrays.fill(slots, -1);
            inSlot = new int[sizes.length];
        }

        @Override
        public boolean request(int object, int bytes) {
            int again = next[now++];
            boolean hit = slots[object] >= 0;
            nextOf[object] = again;
            if (hit) {
                if (again == Integer.MAX_VALUE) {
                    drop(object);
                }
                return true;
            }
            if (again == Integer.MAX_VALUE || bytes > capacity) {
                return false;
            }
            slots[object] = count;
            inSlot[count++] = object;
            used += bytes;
            while (used > capacity) {
                int worst = object;
                for (int i = 0; i < SAMPLE; i++) {
                    int candidate = inSlot[random.nextInt(count)];
                    if (cost(candidate) > cost(worst)) {
                        worst = candidate;
                    }
                }
                drop(worst);
            }
            return false;
        }

        private double cost(int object) {
            return (double) (nextOf[object] - now + 1) * sizes[object];
        }

        private void drop(int object) {
            int slot = slots[object];
            int moved = inSlot[--count];
            inSlot[slot] = moved;
            slots[moved] = slot;
            slots[object] = -1;
            used -= sizes[object];
        }
    }
}
