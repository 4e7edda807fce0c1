package io.loligo.cache.store.chronicle.files;

import com.sun.management.OperatingSystemMXBean;
import io.loligo.cache.store.chronicle.files.StoreDirectory.Meta;
import io.loligo.cache.store.chronicle.files.StoreDirectory.ShardContent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;

/**
 * How much a store can hold where it is to be: in this memory, on this disk, with this heap. What does not fit is refused
 * or cut when the store is opened, not met when it is full.
 */
public final class StoreCapacity {
    /** The smallest capacity that a store may have. */
    public static final long CAPACITY_MIN = 1L << 20;

    private static final System.Logger LOG = System.getLogger(StoreCapacity.class.getName());

    /** With less than this left on the disk nothing more is stored: a mapped file must never meet a full disk. */
    public static final long DISK_RESERVE_BYTES = 64L << 20;

    /** What files may take beyond the content: the maps' own tables, and room that fragmentation costs. In percent. */
    private static final int FILE_OVERHEAD_PERCENT = 20;

    /** What a store in memory may take beyond its capacity: the maps' own tables and the reserve against fragmentation. */
    private static final int MEMORY_OVERHEAD_PERCENT = 10;

    /** Pages of this mean size are to fit without that the heap is the limit. */
    private static final int OBJECT_BYTES_EXPECTED = 8 << 10;

    /** DecodedPage heads take about this much of the heap each, and together at most this share of it. */
    private static final int DECODED_BYTES = 3 << 10;

    private static final int DECODED_HEAP_SHARE = 32;
    private static final int DECODED_MAX = 1 << 16;

    private StoreCapacity() {}

    /** Refuses a store that has no room in the memory of this machine beside the heap of this JVM. */
    public static void requireMemory(long capacityBytes) throws IOException {
        requireMemory(capacityBytes, Runtime.getRuntime().maxMemory(), machineBytes());
    }

    /** Refuses a store in memory that would one day be killed for want of it. */
    public static void requireMemory(long capacityBytes, long heapBytes, long machineBytes) throws IOException {
        long needed = capacityBytes + capacityBytes / 100 * MEMORY_OVERHEAD_PERCENT + heapBytes;
        if (needed > machineBytes) {
            throw new IOException("cannot keep " + capacityBytes
                    + " bytes in memory: with what the maps and the Java heap"
                    + " take beside it that needs " + needed
                    + " bytes, and this machine, or what it lets the process use,"
                    + " has " + machineBytes + "; expected a smaller size, a smaller heap, or a directory to store in");
        }
    }

    /** The memory of this machine, or of the part of it that this process is confined to. */
    private static long machineBytes() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    /**
     * How much of the configured capacity a store in {@code directory} may use.
     *
     * @throws IOException when that is too little for a store
     */
    public static long onDisk(
            long capacityBytes, Geometry geometry, StoreDirectory directory, Meta meta, DiskSpace space)
            throws IOException {
        return hasAll(space, directory, geometry)
                ? capacityBytes
                : affordable(capacityBytes, meta, directory.usableBytes(), directory.path());
    }

    /** Whether the disk keeps room for the files of every shard. */
    private static boolean hasAll(DiskSpace space, StoreDirectory directory, Geometry geometry) throws IOException {
        for (int i = 0; i < geometry.shards(); i++) {
            List<FileMark> files = FileMark.all(directory.path(), StoreDirectory.SHARD + i + ".");
            if (files.isEmpty() || !files.stream().allMatch(space::has)) {
                return false;
            }
        }
        return true;
    }

    /** How much of the configured capacity the disk has room for. */
    public static long affordable(long capacityBytes, Meta meta, long usableBytes, Path path) throws IOException {
        long held = 0;
        for (ShardContent shard : meta.shards()) {
            if (shard == null) {
                // Not known before it is repaired, by when the files have long grown: the watch over the disk must do.
                return capacityBytes;
            }
            held += shard.usedBytes();
        }
        long growth = Math.max(0, usableBytes - DISK_RESERVE_BYTES) / (100 + FILE_OVERHEAD_PERCENT) * 100;
        if (held + growth >= capacityBytes) {
            return capacityBytes;
        }
        long limit = held + growth;
        if (limit < CAPACITY_MIN) {
            throw new IOException("cannot store in " + path + ": the disk has " + usableBytes
                    + " bytes left, and the store needs at least "
                    + (DISK_RESERVE_BYTES + 2 * CAPACITY_MIN));
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "the store in {0} is limited to {1} bytes instead of {2}: the disk has only {3} bytes left",
                path,
                limit,
                capacityBytes,
                usableBytes);
        return limit;
    }

    /** Throws when the disk has less left than files must find. */
    public static void requireReserve(StoreDirectory directory) throws IOException {
        long left = directory.usableBytes();
        if (left < DISK_RESERVE_BYTES) {
            throw new IOException("the disk has only " + left + " bytes left");
        }
    }

    /** Says so when the heap, which has room for the index of {@code objectsMax}, will be what limits the store. */
    public static void checkHeap(long objectsMax, long limitBytes) {
        if (objectsMax < limitBytes / OBJECT_BYTES_EXPECTED) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the Java heap has room for the index of {0} responses: a store of {1} bytes holds more if they are"
                            + " small, and evicts some of them then; give the JVM more by -Xmx",
                    Long.toString(objectsMax),
                    Long.toString(limitBytes));
        }
    }

    /** A power of two: how many decoded heads a heap of {@code heapBytes} has room for. */
    public static int decodedPlaces(long heapBytes) {
        long places = heapBytes / DECODED_HEAP_SHARE / DECODED_BYTES;
        return (int) Long.highestOneBit(Math.max(1024, Math.min(DECODED_MAX, places)));
    }
}
