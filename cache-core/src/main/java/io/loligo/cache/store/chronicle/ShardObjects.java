package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.store.ResponseStore.Purged;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.TagIndex;
import io.loligo.cache.store.chronicle.files.Counters;
import io.loligo.cache.store.chronicle.page.BodyChunks;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.InlineHeadView;
import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.MapKeys.KeyHash;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.PageBuffer;
import io.loligo.cache.store.chronicle.page.PageCharge;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import io.loligo.cache.store.chronicle.page.VariantList;
import io.loligo.cache.store.eviction.EvictionIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the keys of one shard refer to, and how that changes: objects, lists of variants, and what is known of them beside
 * the maps, which each method is given. Objects are immutable; a change makes a key refer to others.
 *
 * <p>For any number of threads. What a key refers to changes only while the key's {@link #stripe} is held, a lock over a
 * few map operations; readers take none. Whatever the maps throw is for the caller to count.
 */
public final class ShardObjects {
    /** Responses that one key may have; the oldest goes when one more comes. */
    static final int VARIANTS_MAX = 64;

    private static final int STRIPES = 64;
    private static final long[] NO_TAGS = {};
    private static final Purged NOTHING = new Purged(0, 0);

    /** What a list of variants takes of the budget, however long. */
    static final long LIST_CHARGE = PageCharge.pageCharge(EntryLayout.LIST_MEMBERS_OFFSET + VARIANTS_MAX * Long.BYTES);

    private final int number;
    private final long run;
    private final AtomicLong idCounter;
    private final KeyHasher hasher;
    private final DecodedCache decoded;
    private final EvictionIndex eviction;
    private final TagIndex tags;
    private final BodyPins pins;
    private final Bans bans;
    private final Budget budget;
    private final Counters counters;
    private final Runnable wakeEvictor;

    private final RemovedBodies removedBodies = new RemovedBodies();
    private final Object[] stripes = new Object[STRIPES];
    private volatile CacheControlTargets targets = CacheControlTargets.DEFAULT;
    private volatile boolean ended;

    ShardObjects(ShardContext context, ShardState state) {
        this.number = state.number();
        this.run = context.run();
        this.idCounter = state.idCounter();
        this.hasher = context.hasher();
        this.decoded = context.decoded();
        this.eviction = state.eviction();
        this.tags = state.tags();
        this.pins = state.pins();
        this.bans = context.bans();
        this.budget = state.budget();
        this.counters = context.counters();
        this.wakeEvictor = context.wakeEvictor();
        Arrays.setAll(stripes, i -> new Object());
    }

    CacheControlTargets targets() {
        return targets;
    }

    /** How heads are read from now on. */
    void targets(CacheControlTargets newTargets) {
        targets = newTargets;
    }

    /** An id that no object of this shard has had. */
    long newId() {
        return ObjectId.of(run, idCounter.getAndIncrement(), number);
    }

    /** The latest object that was begun here, in this run or an earlier one. */
    long latestId() {
        return ObjectId.salted(ObjectId.of(run, idCounter.get() - 1, number), ObjectId.SALTS - 1);
    }

    /** The lock under which changes what the key with {@code hash} refers to. */
    Object stripe(KeyHash hash) {
        return stripes[(int) (hash.first >>> 8) & STRIPES - 1];
    }

    /** What the order of eviction tells keys apart by. */
    static int fingerprint(KeyHash hash) {
        return (int) (hash.first >>> 20);
    }

    /** Waits until everything is visible that was about to become so without regard to a ban that came meanwhile. */
    void awaitPublications() {
        for (Object stripe : stripes) {
            synchronized (stripe) {
                // Who held it has published by now.
            }
        }
    }

    /** Has every later change throw, and waits until those that have begun are done. */
    void end() {
        ended = true;
        awaitPublications();
    }

    // ---- looking at them

    /** The decoded object {@code id}, from the cache or the map; null when it is gone or damaged. */
    @Nullable StoredObject object(ShardMaps open, long id, Scratch scratch) {
        StoredObject known = decoded.object(id);
        return known != null ? known : load(open, id, scratch.aside, scratch);
    }

    /** The object {@code id} from the map, which is copied to {@code into}; null when it is gone or damaged. */
    @Nullable StoredObject load(ShardMaps open, long id, PageBuffer into, Scratch scratch) {
        if (!open.page(scratch.page.head(id), into)) {
            return null;
        }
        StoredObject object = head(into, id);
        if (object == null) {
            counters.faults.increment();
            return null;
        }
        decoded.add(object);
        return object;
    }

    /** The object {@code id} from the map; null when it is gone, damaged, or a list. The cache does not learn of it. */
    @Nullable StoredObject objectUnlessList(ShardMaps open, long id, Scratch scratch) {
        return open.page(scratch.page.head(id), scratch.aside) && !EntryLayout.isList(scratch.aside)
                ? EntryLayout.head(scratch.aside, id, isFromEarlierRun(id), targets)
                : null;
    }

    /** What {@code page} says of object {@code id}; null when it is damaged. */
    @Nullable StoredObject head(PageBuffer page, long id) {
        return EntryLayout.head(page, id, isToBeVerified(id, page), targets);
    }

    /** The list {@code id} as the map has it; null when it is gone or damaged. */
    @Nullable VariantList loadList(ShardMaps open, long id, Scratch scratch) {
        if (!open.page(scratch.page.head(id), scratch.aside)) {
            return null;
        }
        return EntryLayout.list(scratch.aside, id, isFromEarlierRun(id));
    }

    /** The objects that {@code reference} stands for; none when it is 0 or a list that is gone. */
    LongList members(ShardMaps open, long reference, Scratch scratch) {
        LongList members = new LongList();
        if (reference == 0) {
            return members;
        }
        if (!ObjectId.isList(reference)) {
            members.add(reference);
            return members;
        }
        VariantList list = decoded.variants(ObjectId.id(reference));
        if (list == null) {
            list = loadList(open, ObjectId.id(reference), scratch);
        }
        return list == null ? members : list.members();
    }

    /** Whether object {@code id} is what the key in {@code scratch.hash} refers to, or one of those. */
    boolean refersTo(ShardMaps open, long id, Scratch scratch) {
        return isAmong(open, id, open.reference(scratch.hash, scratch.reference), scratch);
    }

    /** Whether object {@code id} is what {@code reference} stands for, or one of those. */
    boolean isAmong(ShardMaps open, long id, long reference, Scratch scratch) {
        if (!ObjectId.isList(reference)) {
            return reference == id;
        }
        LongList members = members(open, reference, scratch);
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i) == id) {
                return true;
            }
        }
        return false;
    }

    /** Whether the checksums of {@code copied}, of object {@code id}, are to be looked at. */
    boolean isToBeVerified(long id, PageBuffer copied) {
        return isFromEarlierRun(id)
                || (copied.length() > 0
                        && EntryLayout.isPerhapsCut(copied.buffer().get(copied.length() - 1)));
    }

    boolean isFromEarlierRun(long id) {
        return ObjectId.run(id) != run;
    }

    // ---- changing them

    /**
     * Makes the key refer to an inserted head; removes the head again if that fails. The stripe is held.
     *
     * @param predecessor the object whose body and place in line pass on to {@code object}; 0 when there is none
     */
    void publish(ShardMaps open, StoredObject object, long predecessor, Scratch scratch) {
        boolean visible = false;
        try {
            decoded.add(object);
            if (predecessor != 0) {
                eviction.replace(predecessor, object.id(), object.charge());
            }
            change(open, scratch, object, predecessor, other -> other.id() == predecessor);
            budget.count(object, 1);
            // Also after replace: the predecessor may have been about to be evicted, or not been known yet.
            know(object, scratch);
            visible = true;
        } finally {
            if (!visible) {
                decoded.forget(object.id());
                eviction.replace(object.id(), predecessor, object.charge());
                open.removePage(scratch.page.head(object.id()));
            }
        }
    }

    /** Has it be known what the page of {@code object}, which {@code reference} leads to, says by now. The stripe is held. */
    void retimed(StoredObject object, long reference) {
        // What is there already might keep it out.
        decoded.forget(object.id());
        decoded.add(object);
        if (ObjectId.isList(reference)) {
            decoded.forget(ObjectId.id(reference));
        }
    }

    /** Has {@code object}, whose key's hash is in {@code scratch}, found by its tags and evicted when its turn comes. */
    void know(StoredObject object, Scratch scratch) {
        eviction.add(object.id(), object.charge(), fingerprint(scratch.hash));
        tags.add(object.id(), tagHashes(object.head(), scratch));
    }

    private long[] tagHashes(StoredHead head, Scratch scratch) {
        List<String> names = head.tags(bans.carriers());
        long[] hashes = names.isEmpty() ? NO_TAGS : new long[names.size()];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = hasher.hash(names.get(i), scratch.text);
        }
        return hashes;
    }

    /**
     * Changes what the key in {@code scratch.hash} refers to, then removes what it no longer does. The stripe is held.
     *
     * @param added becomes the newest variant and replaces those that a request has chosen that chose it
     * @param bodyPassedOn the dropped object whose chunks stay, because {@code added} has them now; 0 when there is none
     * @param dropped which of the present variants go
     */
    Purged change(
            ShardMaps open,
            Scratch scratch,
            @Nullable StoredObject added,
            long bodyPassedOn,
            Predicate<StoredObject> dropped) {
        requireNotEnded();
        long before = open.reference(scratch.hash, scratch.reference);
        if (before == 0 && added != null) {
            // What most that is stored finds: nothing.
            open.reference(scratch.hash, added.id(), scratch.reference);
            return NOTHING;
        }
        LongList members = members(open, before, scratch);
        LongList kept = new LongList();
        List<StoredObject> removed = new ArrayList<>(1);
        LongList unreadable = new LongList();
        if (added != null) {
            kept.add(added.id());
        }
        for (int i = 0; i < members.size(); i++) {
            StoredObject member = object(open, members.get(i), scratch);
            if (member == null) {
                unreadable.add(members.get(i));
            } else if (dropped.test(member) || (added != null && isReplaced(member, added))) {
                removed.add(member);
            } else if (kept.size() < VARIANTS_MAX) {
                kept.add(member.id());
            } else {
                removed.add(member);
            }
        }
        boolean listLost = before != 0 && members.size() == 0;
        if (added == null && removed.isEmpty() && unreadable.size() == 0 && !listLost) {
            return NOTHING;
        }
        long list = kept.size() > 1 ? insertList(open, kept, scratch) : 0;
        if (kept.size() > 1 && list == 0) {
            // No room for a list: only the newest can be found then, or, where there is to be less, none.
            keepOnlyNewest(open, kept, added, removed, scratch);
        }
        if (kept.size() == 0) {
            if (before != 0) {
                open.forget(scratch.hash);
            }
        } else {
            open.reference(
                    scratch.hash, kept.size() == 1 ? kept.get(0) : ObjectId.listReference(list), scratch.reference);
        }
        boolean wasList = before != 0 && ObjectId.isList(before);
        if (wasList) {
            open.removePage(scratch.page.head(ObjectId.id(before)));
            decoded.forget(ObjectId.id(before));
        }
        // At once, so that a list that takes the place of another never counts twice.
        budget.add((kept.size() > 1 ? LIST_CHARGE : 0) - (wasList ? LIST_CHARGE : 0));
        long bytes = 0;
        for (StoredObject object : removed) {
            bytes += object.charge();
            delete(open, object, object.id() != bodyPassedOn, scratch);
        }
        for (int i = 0; i < unreadable.size(); i++) {
            discard(open, unreadable.get(i), eviction.remove(unreadable.get(i)), scratch);
        }
        return new Purged(removed.size(), bytes);
    }

    private void requireNotEnded() {
        if (ended) {
            throw new IllegalStateException("shard " + number + " is closed");
        }
    }

    private static boolean isReplaced(StoredObject member, StoredObject added) {
        // Another key under the same hash: there is room for one of them only.
        return member.head().selecting().overlaps(added.head().selecting())
                || !member.head().key().equals(added.head().key());
    }

    private void keepOnlyNewest(
            ShardMaps open, LongList kept, @Nullable StoredObject added, List<StoredObject> removed, Scratch scratch) {
        for (int i = added == null ? 0 : 1; i < kept.size(); i++) {
            StoredObject member = object(open, kept.get(i), scratch);
            if (member != null) {
                removed.add(member);
            }
        }
        kept.clear();
        if (added != null) {
            kept.add(added.id());
        }
    }

    /** Inserts a list of variants; 0 when there is no room for it. */
    private long insertList(ShardMaps open, LongList members, Scratch scratch) {
        long id = newId();
        for (int salt = 0; salt < ObjectId.SALTS; salt++) {
            long salted = ObjectId.salted(id, salt);
            EntryLayout.putList(scratch.made, salted, scratch.hash.first, scratch.hash.second, members);
            if (open.insertPage(scratch.page.head(salted), scratch.made)) {
                return salted;
            }
        }
        return 0;
    }

    // ---- removing them

    /**
     * Removes the object that {@code glance} has seen, whose key's hash is in {@code scratch}, if the key refers to it and to
     * nothing else; false when it does not. The stripe is held.
     */
    boolean remove(ShardMaps open, InlineHeadView glance, Scratch scratch) {
        requireNotEnded();
        if (!open.forget(scratch.hash, glance.id(), scratch.reference)) {
            return false;
        }
        removeHead(open, glance.id(), scratch);
        budget.count(glance.headLength(), glance.bodyLength(), -1);
        budget.add(-glance.charge());
        return true;
    }

    /** Removes an object that nothing refers to any more. */
    void delete(ShardMaps open, StoredObject object, boolean withBody, Scratch scratch) {
        removeHead(open, object.id(), scratch);
        budget.count(object, -1);
        budget.add(-headCharge(object));
        if (withBody && !object.inline() && !pins.holds(object)) {
            removeBody(open, object.body(), scratch);
        }
    }

    private void removeHead(ShardMaps open, long id, Scratch scratch) {
        open.removePage(scratch.page.head(id));
        decoded.forget(id);
        eviction.remove(id);
        tags.remove(id);
    }

    /** What {@code object} takes of the budget without its chunks; 0 where there is none. */
    static long headCharge(@Nullable StoredObject object) {
        return object == null ? 0 : object.charge() - object.bodyCharge();
    }

    /** Removes what can be found of an object whose head cannot be read. */
    void discard(ShardMaps open, long id, long bytes, Scratch scratch) {
        open.removePage(scratch.page.head(id));
        decoded.forget(id);
        tags.remove(id);
        for (int i = 0; open.hasChunk(ObjectId.unsalted(id), i, scratch.page); i++) {
            open.removePage(scratch.page);
        }
        if (bytes > 0) {
            budget.lose(bytes);
        }
    }

    /** Removes a body that is short; of a long one only some, for whoever calls this should not wait. */
    void removeBody(ShardMaps open, BodyChunks body, Scratch scratch) {
        budget.add(-removedBodies.removeSome(open, body, scratch.page));
        if (EntryLayout.chunks(body.length()) > RemovedBodies.CHUNKS_AT_ONCE) {
            wakeEvictor.run();
        }
    }

    /** Removes some chunks of bodies that are gone; false when there are none. */
    boolean removeSome(ShardMaps open, Scratch scratch) {
        long freed = removedBodies.removeSome(open, scratch.page);
        budget.add(-freed);
        return freed > 0;
    }

    /** Has a body removed that was kept for a reader. */
    void remove(BodyChunks body) {
        removedBodies.add(body);
    }
}
