package io.loligo.tests.bench.peers;

import io.loligo.tests.RawHttp.Answer;
import io.loligo.tests.bench.peers.Job.OriginDoes;
import io.loligo.tests.bench.peers.Job.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;

/** Whether a server does a job: every byte right, and the origin asked as often as it should be. */
final class JobCheck {
    private static final int REQUESTS = 12;

    private final Job job;
    private final Origin origin;

    JobCheck(Job job, Origin origin) {
        this.job = job;
        this.origin = origin;
    }

    Optional<String> unfit(RunningPeer peer) throws IOException {
        try {
            if (!job.unique()) {
                // Twice: some store what they are asked for a second time.
                for (int i = 0; i < 2 * REQUESTS; i++) {
                    check(peer, i, "");
                }
            }
            long expected = job.origin() == OriginDoes.NOTHING ? 0 : REQUESTS;
            long asked = -1;
            // Once more: some ask the origin seconds after the load of another job has gone, and then they count here.
            for (int tries = 0; tries < 2 && asked != expected; tries++) {
                asked = asked(peer);
            }
            if (asked != expected) {
                return Optional.of((expected == 0 ? "it does not answer from its cache" : "it does not ask each time")
                        + ": of " + REQUESTS + " requests the origin got " + asked);
            }
            return job.origin() == OriginDoes.VALIDATE_EACH ? notValidated(peer) : Optional.empty();
        } catch (IllegalStateException | UncheckedIOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** How many requests the origin gets for {@link #REQUESTS}. */
    private long asked(RunningPeer peer) throws IOException {
        origin.settle();
        long before = origin.requests();
        String unique = "check-" + System.nanoTime() + "-";
        for (int i = 0; i < REQUESTS; i++) {
            check(peer, i, job.unique() ? unique + i : "");
        }
        return origin.requests() - before;
    }

    private Optional<String> notValidated(RunningPeer peer) throws IOException {
        for (int i = 0; i < REQUESTS; i++) {
            check(peer, i, "?probe=1");
        }
        long before = origin.probes(304);
        for (int i = 0; i < REQUESTS; i++) {
            check(peer, i, "?probe=1");
        }
        long validated = origin.probes(304) - before;
        return validated == REQUESTS
                ? Optional.empty()
                : Optional.of("it does not validate: of " + REQUESTS + " requests " + validated
                        + " were answered 304 by the origin");
    }

    private void check(RunningPeer peer, int i, String suffix) throws IOException {
        Request request = job.requests().get(i % job.requests().size());
        Answer answer =
                Ask.get(peer.port(), request.path() + suffix, request.fields().toArray(String[]::new));
        if (answer.status() != 200 || !Arrays.equals(answer.body(), origin.body(request.path()))) {
            throw new IllegalStateException("a wrong answer to " + request.path() + suffix + ": " + answer);
        }
    }
}
