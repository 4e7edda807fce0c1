package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.storing.StorageVerdict;
import io.loligo.proxy.origin.OriginAnswer;
import org.jspecify.annotations.Nullable;

/**
 * An answer on its way.
 *
 * @param answer the origin's answer
 * @param head what the client gets of it, without the fields of the connection
 * @param described what ranges are cut by; null where nobody's are
 * @param stored what goes to the store; null when nothing does
 * @param notStored why it must not; null where it goes there, or was not to go there whatever it is
 * @param relay the body that goes to the store
 * @param first where {@code head}'s body begins in it
 * @param size how much of it belongs to {@code head}; -1 for all
 * @param rangesWanted whether the client's ranges did not go to the origin and are still to be cut out
 */
record AnswerUnderway(
        OriginAnswer answer,
        ResponseHead head,
        @Nullable StoredHead described,
        @Nullable StoredHead stored,
        StorageVerdict.@Nullable Reason notStored,
        BodyRelay relay,
        long first,
        long size,
        boolean rangesWanted) {

    /** The length of {@code head}'s body; -1 when only its end will tell. */
    long length() {
        return size < 0 ? relay.length() : size;
    }

    AnswerUnderway part(ResponseHead partHead, long partFirst, long partSize) {
        return new AnswerUnderway(
                answer, partHead, described, stored, notStored, relay, partFirst, partSize, rangesWanted);
    }
}
