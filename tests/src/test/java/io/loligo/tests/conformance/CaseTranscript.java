package io.loligo.tests.conformance;

import io.loligo.tests.RawHttp.Answer;
import io.loligo.tests.RawHttp.Field;
import io.loligo.tests.RawHttp.Head;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one case, at both ends.
 *
 * @param caseId the unguessable part of the case's URL, which is also the body of an answer that has no other
 * @param client one for each request that was sent, in order; a failed one is the last
 * @param origin the requests as the origin saw them, in order
 */
record CaseTranscript(String caseId, List<ClientExchange> client, List<OriginExchange> origin) {

    /** What the origin saw first of request {@code number}. */
    Optional<OriginExchange> atOrigin(int number) {
        return origin.stream().filter(seen -> seen.number() == number).findFirst();
    }

    /**
     * One request as sent, and its answer.
     *
     * @param answer null when there was none
     * @param failure why there was none, else empty
     */
    record ClientExchange(String sent, @Nullable Answer answer, String failure) {}

    /**
     * One request as the origin saw it, and what it answered.
     *
     * @param number its Req-Num
     * @param answer as written, without the body; empty when it closed the connection instead
     * @param checkedFields what the client must get as it was sent: lines of one name joined by ", "
     */
    record OriginExchange(int number, String method, Head head, String answer, List<Field> checkedFields) {}
}
