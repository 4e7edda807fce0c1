package io.loligo.cache.store.chronicle.page;

import io.loligo.cache.freshness.StoredHead;
import java.util.List;

/**
 * What a head's page says, decoded; its times and its Date may have been written over since. Immutable, but for what is
 * remembered of bans.
 *
 * @param head the head with its id
 * @param alone a list of just {@code head}: what a lookup of a key with one variant gives, made once
 * @param bodyId the object, without salt, whose chunks are the body; another than this one if the head was freshened
 * @param inline whether the body lies behind the head in the same value
 * @param wireOffset where the head in wire form begins
 * @param wireLength bytes of it that are sent
 * @param unsent the number of fields, the last ones, that are not
 * @param bodyOffset where an inline body begins
 * @param valueLength bytes of the whole value
 * @param seenBans against which purges it has been held
 */
public record StoredObject(
        StoredHead head,
        List<StoredHead> alone,
        long bodyId,
        boolean inline,
        int wireOffset,
        int wireLength,
        int unsent,
        int bodyOffset,
        int valueLength,
        SeenBans seenBans)
        implements DecodedPage {

    StoredObject(
            StoredHead head,
            List<StoredHead> alone,
            long bodyId,
            boolean inline,
            int wireOffset,
            int wireLength,
            int unsent,
            int bodyOffset,
            int valueLength) {
        this(head, alone, bodyId, inline, wireOffset, wireLength, unsent, bodyOffset, valueLength, new SeenBans());
    }

    /** The same with another Date and other times in its page. */
    public StoredObject withTimes(StoredHead updated) {
        StoredHead timed = updated.withId(head.id(), head.bodyLength());
        return new StoredObject(
                timed, List.of(timed), bodyId, inline, wireOffset, wireLength, unsent, bodyOffset, valueLength);
    }

    @Override
    public long id() {
        return head.id();
    }

    /** What it takes of the budget: its page and what finds it, and its chunks. */
    public long charge() {
        return PageCharge.objectCharge(valueLength) + bodyCharge();
    }

    public long bodyCharge() {
        return inline ? 0 : EntryLayout.chunksCharge(head.bodyLength());
    }

    /** What is to be removed of it besides its page, unless it is inline. */
    public BodyChunks body() {
        return new BodyChunks(bodyId, head.bodyLength());
    }

    public int chunks() {
        return inline ? 0 : EntryLayout.chunks(head.bodyLength());
    }
}
