package io.loligo.tests.conformance;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.LoligoServer;
import io.loligo.proxy.explain.ExplainRequest;
import io.loligo.proxy.explain.ExplainRequest.Unexplainable;
import io.loligo.proxy.explain.Explainer;
import io.loligo.proxy.explain.Explanation;
import io.loligo.tests.RawHttp.Answer;
import io.loligo.tests.conformance.CaseTranscript.ClientExchange;
import io.loligo.tests.conformance.CaseTranscript.OriginExchange;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds what the server does against what it says that it will do: asks for an explanation before each request, and for
 * one of each answer of the origin.
 */
final class ExplanationCheck implements ExchangeWatch {
    /** What an answer brought is in the store a moment after its last byte has come. */
    private static final int SETTLING_MILLIS = 30;

    /** The clock goes on between the question and the request. */
    private static final String CLOCK_STEP = "+1s";

    private static final String NAME = "edge.example.org";

    private final LoligoServer server;
    private final List<String> mismatches = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();

    ExplanationCheck(LoligoServer server) {
        this.server = server;
    }

    /** One text per request or answer that was explained otherwise than it was treated. */
    List<String> mismatches() {
        return List.copyOf(mismatches);
    }

    /** Requests that were compared. */
    int requests() {
        return requests.get();
    }

    /** Answers of the origin that were compared. */
    int answers() {
        return answers.get();
    }

    @Override
    public Consumer<Answer> before(String request) {
        try {
            Thread.sleep(SETTLING_MILLIS);
            ExplainRequest question = question(request);
            Explanation now = server.explain(question, (String) null);
            Explanation soon = server.explain(question, CLOCK_STEP);
            return answer -> compare(request, answer, now, soon);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Unexplainable e) {
            mismatches.add(request + "\ncannot be explained: " + e.getMessage());
            return answer -> {};
        }
    }

    private void compare(String request, Answer answer, Explanation now, Explanation soon) {
        requests.incrementAndGet();
        Said said = Said.of(answer);
        if (!said.agreesWith(now, now, soon) && !said.agreesWith(soon, now, soon)) {
            mismatches.add("explained: " + now.outcome() + " " + now.steps() + "\nserved: "
                    + answer.head().statusLine() + " " + answer.head().all("Cache-Status") + "\nto: " + request);
        }
    }

    @Override
    public void after(CaseTranscript transcript) {
        for (int i = 0; i < transcript.client().size(); i++) {
            ClientExchange exchange = transcript.client().get(i);
            Optional<OriginExchange> origin = transcript.atOrigin(i + 1);
            if (exchange.answer() != null
                    && origin.isPresent()
                    && !origin.get().answer().isEmpty()) {
                compare(exchange.sent(), exchange.answer(), origin.get().answer());
            }
        }
    }

    /** Whether an answer that went to the client was stored as it was said to be. */
    private void compare(String request, Answer answer, String origin) {
        String status = Said.of(answer).cacheStatus();
        ResponseHead head = head(origin);
        boolean wholeAnswer = status.contains(";fwd=")
                && status.contains(";fwd-status=" + head.status())
                && head.status() != 304
                && !status.contains(";ttl=");
        if (!wholeAnswer) {
            return;
        }
        answers.incrementAndGet();
        try {
            Instant received = Instant.ofEpochMilli(Long.parseLong(head.fields().first("Server-Now")));
            Explanation explanation = server.explain(
                    question(request), new Explainer.GivenAnswer(head, new ResponseTimes(received, received)));
            Explanation.Step store = explanation.step("store");
            boolean stored = status.contains(";stored");
            if (store == null || store.verdict().equals("yes") != stored) {
                mismatches.add(
                        "explained: " + store + "\nserved: " + status + "\nanswer: " + origin + "\nto: " + request);
            }
        } catch (Unexplainable e) {
            mismatches.add(request + "\ncannot be explained: " + e.getMessage());
        }
    }

    private static ExplainRequest question(String request) throws Unexplainable {
        String[] lines = request.substring(0, request.indexOf("\r\n\r\n")).split("\r\n", -1);
        String[] first = lines[0].split(" ", -1);
        Fields fields = fields(lines);
        return ExplainRequest.of(
                first[0], "http://" + fields.first("Host") + first[1], fields, null, InetAddress.getLoopbackAddress());
    }

    private static ResponseHead head(String answer) {
        String[] lines = answer.substring(0, answer.indexOf("\r\n\r\n")).split("\r\n", -1);
        return new ResponseHead(Integer.parseInt(lines[0].substring(9, 12)), "", fields(lines));
    }

    private static Fields fields(String[] lines) {
        Fields.Builder fields = Fields.builder();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            fields.add(
                    lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
        }
        return fields.build();
    }

    /**
     * What an answer says of itself.
     *
     * @param cacheStatus what our server says in Cache-Status; empty for nothing
     * @param own whether it is an answer of the server's own making
     */
    private record Said(int status, String cacheStatus, boolean own) {
        static Said of(Answer answer) {
            String ours = answer.head().all("Cache-Status").stream()
                    .filter(line -> line.startsWith(NAME))
                    .reduce("", (first, last) -> last);
            return new Said(answer.status(), ours, answer.field("X-Squid-Error").isPresent());
        }

        boolean agreesWith(Explanation explained, Explanation now, Explanation soon) {
            Explanation.Outcome outcome = explained.outcome();
            return switch (outcome.verdict()) {
                case "hit" ->
                    cacheStatus.contains(";hit")
                            && status == outcome.status()
                            && ttl() <= orElse(now.outcome().ttl(), Long.MAX_VALUE)
                            && ttl() >= orElse(soon.outcome().ttl(), Long.MIN_VALUE);
                // An origin that fails gets the client a page of ours.
                case "forward" -> own ? cacheStatus.isEmpty() : isForwarded(outcome.forward()) || asksAgain(explained);
                default -> cacheStatus.isEmpty() && (outcome.status() == 0 || outcome.status() == status);
            };
        }

        private boolean isForwarded(@Nullable String why) {
            return (cacheStatus + ";").contains(";fwd=" + why + ";");
        }

        /** An answer to a validation that validates something else makes the server ask again, without conditions. */
        private boolean asksAgain(Explanation explained) {
            Explanation.Step reuse = explained.step("reuse");
            return reuse != null && reuse.verdict().equals("validate") && isForwarded("miss");
        }

        private long ttl() {
            return Long.parseLong(cacheStatus.replaceAll(".*;ttl=(-?\\d+).*", "$1"));
        }

        private static long orElse(@Nullable Long value, long otherwise) {
            return value == null ? otherwise : value;
        }
    }
}
