package io.loligo.cache.store;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The stored responses. Every method may be called by any thread, I/O threads included, and none waits for another
 * thread's I/O. A fault of the store is never an exception here: lookups find nothing, writers store nothing, and
 * {@link #stats} says why.
 */
public interface ResponseStore extends AutoCloseable {

    /** Has stored heads read as those of a cache to which origins speak in {@code targets}: at first the default ones. */
    void targets(CacheControlTargets targets);

    /**
     * Has these fields of what is stored from now on be kept, but not be part of {@link EntryReader#head}: at first none.
     *
     * @param names in lower case
     */
    void hide(Set<String> names);

    /**
     * The heads of every response stored under {@code key}, newest first; empty when there is none. Some may be {@linkplain
     * StoredHead#isComplete incomplete}: their bodies are the bytes that {@link StoredHead#range} names.
     */
    List<StoredHead> lookup(CacheKey key);

    /**
     * Opens the response that {@code head}, found by {@link #lookup}, belongs to; null when it is gone meanwhile. The
     * reader belongs to the calling thread until it is closed.
     */
    @Nullable EntryReader read(StoredHead head);

    /**
     * The order number of this moment among the purges of every kind, invalidations of groups and state-changing requests
     * included. A fetch takes it before its request goes to the origin. Costs a volatile read.
     */
    long purgeOrder();

    /**
     * Starts storing a response. The caller appends the body, then commits or closes. A purge that is about the response and
     * came after {@code begun} applies to it, however late it comes before the commit: after a hard one the response is not
     * stored, after a soft one it is stored stale.
     *
     * @param begun the {@link #purgeOrder} of before the request went to the origin
     */
    default EntryWriter write(StoredHead head, long begun) {
        return write(head, null, begun);
    }

    /**
     * As {@link #write(StoredHead, long)}, for a response that is made of a stored part and one that arrives: purges that are about
     * the stored part apply as well, for its bytes become those of the response. RFC 9111 §3.4.
     *
     * @param part the stored part; null for a response that arrives whole
     */
    EntryWriter write(StoredHead head, @Nullable StoredHead part, long begun);

    /**
     * Gives the stored body of {@code stored} the head {@code updated}. RFC 9111 §4.3.4. A purge that is about the old or
     * the updated response and came after {@code begun} applies to it, as in {@link #write}.
     *
     * @param begun the {@link #purgeOrder} of before the validation went to the origin
     * @return the head as stored now, or null when the response is gone or could not be updated
     */
    @Nullable StoredHead freshen(StoredHead stored, StoredHead updated, long begun);

    /**
     * Whether a purge, hard or soft, that came after {@code begun} is about the response of a fetch: then nobody who comes
     * later may join that fetch. Costs one comparison when no purge came since. The store remembers a bounded number of
     * purges; {@code true} is the answer where it does not know any more.
     *
     * @param begun the {@link #purgeOrder} of before the request went to the origin
     * @param uri what was asked for
     * @param head the response's head; null while it is not known: then every purge of a tag counts, and every invalidation
     *     of a group of the site
     */
    boolean purgedSince(long begun, EffectiveUri uri, @Nullable StoredHead head);

    /** Drops one stored response, if it is still there. */
    void remove(StoredHead head);

    /**
     * Drops every response stored for {@code uri}: each variant, whichever peers may serve it. For what a client purges by
     * the PURGE method: it leaves no receipt.
     */
    Purged purge(EffectiveUri uri);

    /**
     * Drops every response stored for {@code uris}, because a state-changing request has made them unusable. RFC 9111 §4.4.
     *
     * @param begun the {@link #purgeOrder} of before that request went to the origin
     * @return the number to store the answer to that request by: it comes after these purges, but not after any other that
     *     came since {@code begun}
     */
    long invalidate(Collection<EffectiveUri> uris, long begun);

    /**
     * Purges what {@code order} is about. On return it is in force for every later lookup, over a restart and a crash too:
     * no response that was begun before is found again, or, where the purge is soft, none that is fresh. One that a
     * validation made fresh again is free of the purge when the validation began after it.
     *
     * <p>A URL and a tag are done with on return, unless a part of the store is not ready yet; whatever has to be searched
     * for is removed in the background, and the receipt counts it. Where the receipt cannot be written to the disk, which
     * is logged and counted as a fault, the purge holds until the process ends. For any thread but an I/O thread.
     *
     * @throws PurgeRefused when it cannot be understood, or too many are under way; nothing is purged then
     */
    PurgeReceipt purge(PurgeOrder order) throws PurgeRefused;

    /**
     * Counts what a purge of {@code target} would be about, and changes nothing. Takes as long as looking at every head.
     * For any thread but an I/O thread.
     *
     * @param sampleMax how many URLs of what it finds are told, at most
     * @throws PurgeRefused when it cannot be understood
     */
    PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused;

    /** The receipt of purge {@code id}, as of now; null when there is none, or it is not remembered any more. */
    @Nullable PurgeReceipt receipt(long id);

    /** The receipts of the latest purges, as of now, the latest first: those that are not done, and as many as fit. */
    List<PurgeReceipt> receipts();

    /**
     * Has no response be found that is of the origin of {@code uri}, of one of {@code groups} by its Cache-Groups, and an
     * answer to a request that was sent at {@code at} or before, be it stored later. Holds over a restart. RFC 9875 §3.
     */
    void invalidate(EffectiveUri uri, Collection<String> groups, Instant at);

    StoreStats stats();

    /** Writes what has to be written and marks the store as cleanly closed. Open readers and writers become faulty. */
    @Override
    void close();

    /**
     * What a purge removed.
     *
     * @param objects the number of responses
     * @param bytes their size, heads and bodies
     */
    record Purged(long objects, long bytes) {}
}
