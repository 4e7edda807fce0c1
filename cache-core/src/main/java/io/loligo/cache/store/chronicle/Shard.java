package io.loligo.cache.store.chronicle;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.store.chronicle.files.StoreDirectory.ShardContent;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One part of the store: its maps, its byte budget, its order of eviction. Here is whether it is in use, and what becomes
 * of faults; the work is done by {@link ShardReading}, {@link ShardWriting}, {@link ShardObjects}, {@link ShardRoom}, {@link
 * ShardPurging} and {@link ShardRepair}.
 *
 * <p>For any number of threads. Readers take no lock; what changes takes that of {@link ShardObjects}. Whatever the maps
 * throw is counted, and ends as a miss or as a response not stored.
 */
final class Shard {
    private static final System.Logger LOG = System.getLogger(Shard.class.getName());

    private final ShardContext context;
    private final ShardState state;
    private final ShardObjects objects;
    private final ShardRoom room;
    private final ShardRepair repair;
    private final ShardPurging purging;
    private final ShardReading reading;
    private final ShardWriting writing;

    Shard(ShardContext context, int number) {
        this(context, number, new AtomicLong(1));
    }

    private Shard(ShardContext context, int number, AtomicLong idCounter) {
        this.context = context;
        this.state = new ShardState(context, number, idCounter);
        this.objects = new ShardObjects(context, state);
        this.room = new ShardRoom(context, state, objects);
        this.repair = new ShardRepair(context, state, objects);
        this.reading = new ShardReading(context, state, objects);
        this.writing = new ShardWriting(context, state, objects, room, reading);
        this.purging = new ShardPurging(context, state, objects, writing);
    }

    /** An empty shard that takes the place of this one. No object of it has an id that one of this had. */
    Shard successor() {
        Shard next = new Shard(context, state.number(), state.idCounter());
        next.targets(objects.targets());
        next.writing.hide(writing.hidden());
        next.state.suspend(state.isSuspended());
        return next;
    }

    // ---- its parts

    ShardState state() {
        return state;
    }

    ShardObjects objects() {
        return objects;
    }

    ShardRoom room() {
        return room;
    }

    ShardRepair repair() {
        return repair;
    }

    ShardPurging purging() {
        return purging;
    }

    ShardReading reading() {
        return reading;
    }

    ShardWriting writing() {
        return writing;
    }

    /** Starts work on {@code opened}, which was closed in the state {@code content}. */
    void start(ShardMaps opened, ShardContent content) {
        state.budget().start(content);
        state.start(opened);
    }

    /** What it holds; changes under the caller while the shard is in use. */
    ShardContent content() {
        return state.budget().content();
    }

    /** How heads are read from now on. */
    void targets(CacheControlTargets newTargets) {
        objects.targets(newTargets);
    }

    /** Refuses new work, drops what is being written, and unmaps. */
    void close() {
        state.beginClose();
        writing.close();
        ShardMaps open = state.end();
        // What was half done is done then, and what comes later does nothing.
        objects.end();
        if (open != null) {
            try {
                for (StoredObject free : state.pins().release()) {
                    objects.remove(free.body());
                }
                Scratch scratch = context.scratches().get();
                while (objects.removeSome(open, scratch)) {
                    // Until nothing is left.
                }
                open.close();
            } catch (RuntimeException | Error e) {
                state.didNotClose();
                LOG.log(System.Logger.Level.WARNING, state.name() + " of the store did not close cleanly", e);
            }
        }
    }
}
