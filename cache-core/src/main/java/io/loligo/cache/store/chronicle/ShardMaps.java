package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.files.Geometry;
import io.loligo.cache.store.chronicle.files.MapHeader;
import io.loligo.cache.store.chronicle.files.StoreDirectory;
import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.MapKeys.KeyHash;
import io.loligo.cache.store.chronicle.page.MapKeys.PageKey;
import io.loligo.cache.store.chronicle.page.MapKeys.Word;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.PageCharge;
import io.loligo.cache.store.chronicle.page.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.openhft.chronicle.core.pool.ClassAliasPool;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.ChronicleHashCorruption;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.MapEntry;
import org.jspecify.annotations.Nullable;

/**
 * The two maps of one shard, and every call into Chronicle Map that there is.
 *
 * <ul>
 *   <li>index: hash of the cache key to a reference (an object, or a list of variants);
 *   <li>pages: an object's head, with its body when that is small, or a list of variants; and the chunks of long bodies.
 * </ul>
 *
 * <p>One map for heads and chunks, so that the space is for whatever there is. It never grows: a page for which its segment
 * has no room is not inserted, and its owner tries another segment by another salt, see {@link ObjectId}.
 *
 * <p>Pages are inserted and removed, never replaced: a replacing put that fails for want of room destroys other entries. At
 * most some bytes are written over others where they lie, {@link #rewritePage}.
 * An index entry is of constant size, so it may be replaced in place. Chronicle's own checksums are off: the pages carry
 * their own, and those are compared when they are read.
 */
public final class ShardMaps implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ShardMaps.class.getName());

    /**
     * A segment has a lock and a share of the space; fewer, larger segments fill more evenly, and search longer. Up to this
     * size, with objects of {@link PageCharge#OBJECT_CHARGE_MIN}, a place in its table takes 4 bytes, beyond it takes 8.
     */
    private static final long SEGMENT_BYTES = 8L << 20;

    private static final int SEGMENTS_MAX = 1 << 16;

    /** Salts that are tried for one page before something is evicted for it. */
    private static final int SALTS_AT_ONCE = 4;

    /** Held, because java.util.logging forgets levels of loggers that nobody holds. */
    private static final Logger CHRONICLE_LOG = Logger.getLogger("net.openhft");

    private final ChronicleMap<KeyHash, Word> index;
    private final ChronicleMap<PageKey, Value> pages;

    private ShardMaps(ChronicleMap<KeyHash, Word> index, ChronicleMap<PageKey, Value> pages) {
        this.index = index;
        this.pages = pages;
    }

    /**
     * Sets what Chronicle reads when its classes are loaded; called before any of them is. The names of the classes of keys
     * and values stand in the headers of the files: these are the names that they had when the format was made.
     */
    static void prepareChronicle() {
        System.setProperty("chronicle.analytics.disable", "true");
        // A lock that a killed process left behind is given up on; the default of 60 s is far too long for an I/O
        // thread.
        if (System.getProperty("net.openhft.chronicle.map.lockTimeoutSeconds") == null) {
            System.setProperty("net.openhft.chronicle.map.lockTimeoutSeconds", "5");
        }
        name(KeyHash.class, "MapKeys$KeyHash");
        name(KeyHash.Marshaller.class, "MapKeys$KeyHash$Marshaller");
        name(Word.class, "MapKeys$Word");
        name(Word.Marshaller.class, "MapKeys$Word$Marshaller");
        name(PageKey.class, "MapKeys$PageKey");
        name(PageKey.Marshaller.class, "MapKeys$PageKey$Marshaller");
        name(Value.class, "Value");
        name(Value.Marshaller.class, "Value$Marshaller");
        // It warns of every repair, which is meant here.
        CHRONICLE_LOG.setLevel(Level.SEVERE);
    }

    private static void name(Class<?> type, String inHeaders) {
        ClassAliasPool.CLASS_ALIASES.addAlias(type, "io.loligo.cache.store.chronicle." + inHeaders);
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
        ChronicleMap<PageKey, Value> pages = null;
        boolean complete = false;
        try {
            index = open(
                    indexBuilder(geometry), StoreDirectory.mapFile(directory, number, StoreDirectory.INDEX), recover);
            pages = open(
                    pagesBuilder(geometry), StoreDirectory.mapFile(directory, number, StoreDirectory.PAGES), recover);
            complete = true;
            return new ShardMaps(index, pages);
        } finally {
            if (!complete) {
                close(index);
                close(pages);
            }
        }
    }

    private static <K, V> ChronicleMap<K, V> open(
            ChronicleMapBuilder<K, V> builder, @Nullable Path file, boolean recover) throws IOException {
        builder.putReturnsNull(true)
                .removeReturnsNull(true)
                .allowSegmentTiering(false)
                .checksumEntries(false)
                .skipCloseOnExitHook(true);
        if (file == null) {
            return builder.create();
        }
        if (recover) {
            MapHeader.claim(file);
        }
        try {
            return recover
                    ? builder.recoverPersistedTo(file.toFile(), true, ShardMaps::repaired)
                    : builder.createPersistedTo(file.toFile());
        } catch (RuntimeException | Error e) {
            throw new IOException("cannot open " + file + ": " + e, e);
        }
    }

    /** After a kill there is something in most segments; what it was matters to nobody but who looks for a fault here. */
    private static void repaired(ChronicleHashCorruption what) {
        LOG.log(System.Logger.Level.DEBUG, what::message);
    }

    private static ChronicleMapBuilder<KeyHash, Word> indexBuilder(Geometry geometry) {
        return ChronicleMapBuilder.of(KeyHash.class, Word.class)
                .name(StoreDirectory.INDEX)
                .keyMarshallers(KeyHash.Marshaller.INSTANCE, KeyHash.Marshaller.INSTANCE)
                .constantKeySizeBySample(new KeyHash())
                .valueMarshallers(Word.Marshaller.INSTANCE, Word.Marshaller.INSTANCE)
                .constantValueSizeBySample(new Word())
                .entries(Math.max(256, geometry.pageBytes() / PageCharge.OBJECT_CHARGE_MIN))
                .actualSegments(segments(geometry));
    }

    private static ChronicleMapBuilder<PageKey, Value> pagesBuilder(Geometry geometry) {
        long segmentBytes = geometry.pageBytes() / segments(geometry);
        return ChronicleMapBuilder.of(PageKey.class, Value.class)
                .name(StoreDirectory.PAGES)
                .keyMarshallers(PageKey.Marshaller.INSTANCE, PageKey.Marshaller.INSTANCE)
                .constantKeySizeBySample(new PageKey())
                .valueMarshallers(Value.Marshaller.INSTANCE, Value.Marshaller.INSTANCE)
                .actualChunkSize(PageCharge.UNIT)
                .actualSegments(segments(geometry))
                .actualChunksPerSegmentTier(segmentBytes / PageCharge.UNIT)
                .entriesPerSegment(Math.max(64, segmentBytes / PageCharge.OBJECT_CHARGE_MIN));
    }

    private static int segments(Geometry geometry) {
        long wanted = (geometry.pageBytes() + SEGMENT_BYTES - 1) / SEGMENT_BYTES;
        return (int) Math.max(1, Math.min(SEGMENTS_MAX, wanted));
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

    /** Forgets what {@code hash} refers to, if that is {@code reference}. */
    boolean forget(KeyHash hash, long reference, Word scratch) {
        return index.remove(hash, scratch.of(reference));
    }

    /** Copies the page {@code key} into {@code into}; false when there is none. For a chunk, see {@link #chunk}. */
    boolean page(PageKey key, Value into) {
        return pages.getUsing(key, into) != null;
    }

    /**
     * Has {@code inPlace}, given the page {@code key} to {@linkplain Value#take take}, write over bytes of it where they lie,
     * with the page's segment to itself; false when there is no such page.
     */
    boolean rewritePage(PageKey key, Value inPlace) {
        try (var context = pages.queryContext(key)) {
            context.writeLock().lock();
            MapEntry<PageKey, Value> entry = context.entry();
            return entry != null && entry.value().getUsing(inPlace) != null;
        }
    }

    boolean hasPage(PageKey key) {
        return pages.containsKey(key);
    }

    /** Inserts a page under just this key; false when its segment has no room for it. */
    boolean insertPage(PageKey key, Value value) {
        try {
            pages.put(key, value);
            return true;
        } catch (ChronicleHashClosedException e) {
            throw e;
        } catch (IllegalStateException e) {
            // What Chronicle throws where a segment would have to grow.
            return false;
        }
    }

    void removePage(PageKey key) {
        pages.remove(key);
    }

    /** Copies chunk {@code number} of {@code body}, under whichever salt; false when there is none. */
    boolean chunk(long body, int number, PageKey key, Value into) {
        for (int salt = 0; salt < ObjectId.SALTS; salt++) {
            if (page(key.of(ObjectId.salted(body, salt), number), into)) {
                return true;
            }
        }
        return false;
    }

    boolean hasChunk(long body, int number, PageKey key) {
        for (int salt = 0; salt < ObjectId.SALTS; salt++) {
            if (hasPage(key.of(ObjectId.salted(body, salt), number))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Inserts chunk {@code number} of {@code body} under one of some salts; false when none of their segments has room.
     *
     * @param attempt counts the calls for this chunk, from 0: other salts each time
     */
    boolean insertChunk(long body, int number, int attempt, PageKey key, Value value) {
        for (int i = 0; i < SALTS_AT_ONCE; i++) {
            int salt = (attempt * SALTS_AT_ONCE + i) % ObjectId.SALTS;
            if (insertPage(key.of(ObjectId.salted(body, salt), number), value)) {
                return true;
            }
        }
        return false;
    }

    void removeChunk(long body, int number, PageKey key) {
        for (int salt = 0; salt < ObjectId.SALTS; salt++) {
            if (hasPage(key.of(ObjectId.salted(body, salt), number))) {
                removePage(key);
                return;
            }
        }
    }

    int segments() {
        return pages.segments();
    }

    /** The ids of every head and list in one segment. Holds back writers of the segment while it copies them. */
    LongList headIds(int segment) {
        LongList ids = new LongList();
        try (var context = pages.segmentContext(segment)) {
            context.forEachSegmentEntry(entry -> {
                PageKey key = entry.key().get();
                if (key.number == PageKey.HEAD) {
                    ids.add(key.object);
                }
            });
        }
        return ids;
    }

    /** Object id, salted, and number, in turn, of every chunk in one segment. */
    LongList chunkKeys(int segment) {
        LongList keys = new LongList();
        try (var context = pages.segmentContext(segment)) {
            context.forEachSegmentEntry(entry -> {
                PageKey key = entry.key().get();
                if (key.number != PageKey.HEAD) {
                    keys.add(key.object);
                    keys.add(key.number);
                }
            });
        }
        return keys;
    }

    /** Bytes of memory, or of files, that the maps may take: all of it is there from the beginning, none is added. */
    long mappedBytes() {
        return index.offHeapMemoryUsed() + pages.offHeapMemoryUsed();
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
        close(pages);
    }

    private static void close(@Nullable ChronicleMap<?, ?> map) {
        if (map != null) {
            map.close();
        }
    }
}
