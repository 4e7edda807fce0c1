package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.MapKeys.ChunkKey;
import io.loligo.cache.store.chronicle.MapKeys.KeyHash;
import io.loligo.cache.store.chronicle.MapKeys.Word;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The three maps of one shard, and every call into Chronicle Map that there is.
 *
 * <ul>
 *   <li>index: hash of the cache key to a reference (an object, or a list of variants);
 *   <li>heads: object id to a head, with its body when that is small, or to a list of variants;
 *   <li>chunks: object id and number to a part of a long body.
 * </ul>
 *
 * <p>Entries of heads and chunks are inserted and removed, never replaced: a replacing put that fails for want of room
 * destroys other entries. An index entry is of constant size, so it may be replaced in place.
 */
final class ShardMaps implements AutoCloseable {
    static final String INDEX = "index";
    static final String HEADS = "heads";
    static final String CHUNKS = "chunks";

    private static final int HEADS_CHUNK_SIZE = 512;
    private static final int CHUNKS_CHUNK_SIZE = 4096;
    /** The mean sizes that maps are built for; below them a map would run out of entries before it runs out of bytes. */
    static final int HEAD_BYTES_MEAN = 2048;

    private static final int CHUNK_BYTES_MEAN = 32 << 10;
    /** A segment has a lock and a share of the space; fewer, larger segments fill more evenly. */
    private static final long HEADS_SEGMENT_BYTES = 8L << 20;

    private static final long CHUNKS_SEGMENT_BYTES = 64L << 20;
    private static final int SEGMENTS_MAX = 1024;

    /** Held, because java.util.logging forgets levels of loggers that nobody holds. */
    private static final Logger CHRONICLE_LOG = Logger.getLogger("net.openhft");

    private final ChronicleMap<KeyHash, Word> index;
    private final ChronicleMap<Word, Value> heads;
    private final ChronicleMap<ChunkKey, Value> chunks;

    private ShardMaps(
            ChronicleMap<KeyHash, Word> index, ChronicleMap<Word, Value> heads, ChronicleMap<ChunkKey, Value> chunks) {
        this.index = index;
        this.heads = heads;
        this.chunks = chunks;
    }

    /** Sets what Chronicle reads when its classes are loaded; called before any of them is. */
    static void prepareChronicle() {
        System.setProperty("chronicle.analytics.disable", "true");
        // A lock that a killed process left behind is given up on; the default of 60 s is far too long for an I/O
        // thread.
        if (System.getProperty("net.openhft.chronicle.map.lockTimeoutSeconds") == null) {
            System.setProperty("net.openhft.chronicle.map.lockTimeoutSeconds", "5");
        }
        // It warns of every repair, which is meant here.
        CHRONICLE_LOG.setLevel(Level.SEVERE);
    }

    /**
     * Opens or creates the maps of shard {@code number}.
     *
     * @param directory where the files are, or null for memory
     * @param recover whether the last process did not close them: repairs what it left, which takes seconds per GB
     * @throws IOException when a file cannot be made, read or repaired
     */
    static ShardMaps open(Geometry geometry, int number, @Nullable Path directory, boolean recover) throws IOException {
        ChronicleMap<KeyHash, Word> index = null;
        ChronicleMap<Word, Value> heads = null;
        ChronicleMap<ChunkKey, Value> chunks = null;
        boolean complete = false;
        try {
            index = open(indexBuilder(geometry), file(directory, number, INDEX), recover);
            heads = open(headsBuilder(geometry), file(directory, number, HEADS), recover);
            chunks = open(chunksBuilder(geometry), file(directory, number, CHUNKS), recover);
            complete = true;
            return new ShardMaps(index, heads, chunks);
        } finally {
            if (!complete) {
                close(index);
                close(heads);
                close(chunks);
            }
        }
    }

    static @Nullable Path file(@Nullable Path directory, int shard, String map) {
        return directory == null ? null : directory.resolve("shard-" + shard + "." + map);
    }

    private static <K, V> ChronicleMap<K, V> open(
            ChronicleMapBuilder<K, V> builder, @Nullable Path file, boolean recover) throws IOException {
        builder.putReturnsNull(true).removeReturnsNull(true).maxBloatFactor(1).skipCloseOnExitHook(true);
        if (file == null) {
            return builder.create();
        }
        try {
            return recover ? builder.recoverPersistedTo(file.toFile(), true) : builder.createPersistedTo(file.toFile());
        } catch (RuntimeException | Error e) {
            throw new IOException("cannot open " + file + ": " + e, e);
        }
    }

    private static ChronicleMapBuilder<KeyHash, Word> indexBuilder(Geometry geometry) {
        return ChronicleMapBuilder.of(KeyHash.class, Word.class)
                .name(INDEX)
                .keyMarshallers(KeyHash.Marshaller.INSTANCE, KeyHash.Marshaller.INSTANCE)
                .constantKeySizeBySample(new KeyHash())
                .valueMarshallers(Word.Marshaller.INSTANCE, Word.Marshaller.INSTANCE)
                .constantValueSizeBySample(new Word())
                .entries(headEntries(geometry))
                .actualSegments(segments(geometry, HEADS_SEGMENT_BYTES));
    }

    private static ChronicleMapBuilder<Word, Value> headsBuilder(Geometry geometry) {
        return ChronicleMapBuilder.of(Word.class, Value.class)
                .name(HEADS)
                .keyMarshallers(Word.Marshaller.INSTANCE, Word.Marshaller.INSTANCE)
                .constantKeySizeBySample(new Word())
                .valueMarshallers(Value.Marshaller.INSTANCE, Value.Marshaller.INSTANCE)
                .averageValueSize(HEAD_BYTES_MEAN)
                .actualChunkSize(HEADS_CHUNK_SIZE)
                .entries(headEntries(geometry))
                .actualSegments(segments(geometry, HEADS_SEGMENT_BYTES));
    }

    private static ChronicleMapBuilder<ChunkKey, Value> chunksBuilder(Geometry geometry) {
        return ChronicleMapBuilder.of(ChunkKey.class, Value.class)
                .name(CHUNKS)
                .keyMarshallers(ChunkKey.Marshaller.INSTANCE, ChunkKey.Marshaller.INSTANCE)
                .constantKeySizeBySample(new ChunkKey())
                .valueMarshallers(Value.Marshaller.INSTANCE, Value.Marshaller.INSTANCE)
                .averageValueSize(CHUNK_BYTES_MEAN)
                .actualChunkSize(CHUNKS_CHUNK_SIZE)
                .entries(Math.max(32, geometry.mapBytes() / CHUNK_BYTES_MEAN))
                .actualSegments(segments(geometry, CHUNKS_SEGMENT_BYTES));
    }

    private static long headEntries(Geometry geometry) {
        return Math.max(256, geometry.mapBytes() / HEAD_BYTES_MEAN);
    }

    private static int segments(Geometry geometry, long segmentBytes) {
        long wanted = Math.max(1, Math.min(SEGMENTS_MAX, geometry.mapBytes() / segmentBytes));
        return (int) Long.highestOneBit(wanted);
    }

    /** What an object's head takes of the budget: the map's rounding and its own bytes per entry. */
    static long headCharge(int valueBytes) {
        return Math.max(HEAD_BYTES_MEAN, roundUp(valueBytes + 24L, HEADS_CHUNK_SIZE));
    }

    /** What a chunk takes of the budget. */
    static long chunkCharge(int valueBytes) {
        return roundUp(valueBytes + 24L, CHUNKS_CHUNK_SIZE);
    }

    private static long roundUp(long bytes, int unit) {
        return (bytes + unit - 1) / unit * unit;
    }

    /** The reference stored for {@code hash}, 0 when there is none. {@code into} is scratch. */
    long reference(KeyHash hash, Word into) {
        Word found = index.getUsing(hash, into);
        return found == null ? 0 : found.value;
    }

    void reference(KeyHash hash, long reference, Word scratch) {
        index.put(hash, scratch.of(reference));
    }

    void forget(KeyHash hash) {
        index.remove(hash);
    }

    /** Copies the head of object {@code key} into {@code into}; false when there is none. */
    boolean head(Word key, Value into) {
        return heads.getUsing(key, into) != null;
    }

    boolean hasHead(Word key) {
        return heads.containsKey(key);
    }

    void insertHead(Word key, Value value) {
        heads.put(key, value);
    }

    void removeHead(Word key) {
        heads.remove(key);
    }

    boolean chunk(ChunkKey key, Value into) {
        return chunks.getUsing(key, into) != null;
    }

    boolean hasChunk(ChunkKey key) {
        return chunks.containsKey(key);
    }

    void insertChunk(ChunkKey key, Value value) {
        chunks.put(key, value);
    }

    void removeChunk(ChunkKey key) {
        chunks.remove(key);
    }

    int headSegments() {
        return heads.segments();
    }

    /** The ids of every object in one segment of heads. Holds back writers of the segment while it copies them. */
    LongList headIds(int segment) {
        LongList ids = new LongList();
        try (var context = heads.segmentContext(segment)) {
            context.forEachSegmentEntry(entry -> ids.add(entry.key().get().value));
        }
        return ids;
    }

    int chunkSegments() {
        return chunks.segments();
    }

    /** Object id and number, in turn, of every chunk in one segment of chunks. */
    LongList chunkKeys(int segment) {
        LongList keys = new LongList();
        try (var context = chunks.segmentContext(segment)) {
            context.forEachSegmentEntry(entry -> {
                ChunkKey key = entry.key().get();
                keys.add(key.object);
                keys.add(key.number);
            });
        }
        return keys;
    }

    int indexSegments() {
        return index.segments();
    }

    /** First half of the hash, second half and reference, in turn, of every entry in one segment of the index. */
    LongList references(int segment) {
        LongList all = new LongList();
        try (var context = index.segmentContext(segment)) {
            context.forEachSegmentEntry(entry -> {
                KeyHash key = entry.key().get();
                all.add(key.first);
                all.add(key.second);
                all.add(entry.value().get().value);
            });
        }
        return all;
    }

    /** Waits for calls in progress, then unmaps; calls that come later throw. */
    @Override
    public void close() {
        close(index);
        close(heads);
        close(chunks);
    }

    private static void close(@Nullable ChronicleMap<?, ?> map) {
        if (map != null) {
            map.close();
        }
    }
}
