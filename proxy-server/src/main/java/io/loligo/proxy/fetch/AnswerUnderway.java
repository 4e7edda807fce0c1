package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.storing.StorageVerdict;
import io.loligo.proxy.origin.OriginAnswer;
import org.jspecify.annotations.Nullable;

/**
 * An origin's answer whose body is on its way to the clients and, where it is stored, to the store.
 *
 * @param answer the origin's answer
 * @param head the head that clients get, without the fields of the connection
 * @param described the head that says which part of the body a client's Range asks for; null where no ranges are cut
 * @param stored the head that is being stored; null when the answer is not stored
 * @param notStored why the answer must not be stored; null where it is stored, or was never to be
 * @param relay the body
 * @param first where the body of {@code head} begins in {@code relay}, in bytes
 * @param size how many bytes of {@code relay} belong to {@code head}; -1 for all
 * @param rangesWithheld whether the client's ranges were not sent to the origin, and are cut here
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
        boolean rangesWithheld) {

    /** The length of the body of {@code head} in bytes; -1 when only its end will tell. */
    long length() {
        return size < 0 ? relay.length() : size;
    }

    /** The same answer for a client that gets a part of its body. */
    AnswerUnderway part(ResponseHead partHead, long partFirst, long partSize) {
        return new AnswerUnderway(
                answer, partHead, described, stored, notStored, relay, partFirst, partSize, rangesWithheld);
    }
}
