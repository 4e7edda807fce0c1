package io.loligo.tests.conformance;

import io.loligo.tests.conformance.CaseTranscript.ClientExchange;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs cases against a proxy, {@value #SIDE_BY_SIDE} side by side. */
final class ConformanceRun {
    static final int SIDE_BY_SIDE = 25;
    static final Duration PAUSE = Duration.ofSeconds(3);
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private ConformanceRun() {}

    /** The verdicts of all of {@code cases}, in their order. What they depend on must be among them. */
    static List<CaseResult> of(List<ConformanceCase> cases, CaseOrigin origin, InetSocketAddress proxy) {
        return of(cases, origin, proxy, PAUSE, PATIENCE, ExchangeWatch.NONE);
    }

    static List<CaseResult> of(
            List<ConformanceCase> cases,
            CaseOrigin origin,
            InetSocketAddress proxy,
            Duration pause,
            Duration patience) {
        return of(cases, origin, proxy, pause, patience, ExchangeWatch.NONE);
    }

    /** The same, with {@code eyes} on every exchange. */
    static List<CaseResult> of(
            List<ConformanceCase> cases, CaseOrigin origin, InetSocketAddress proxy, ExchangeWatch eyes) {
        return of(cases, origin, proxy, PAUSE, PATIENCE, eyes);
    }

    static List<CaseResult> of(
            List<ConformanceCase> cases,
            CaseOrigin origin,
            InetSocketAddress proxy,
            Duration pause,
            Duration patience,
            ExchangeWatch eyes) {
        ExecutorService workers = Executors.newFixedThreadPool(SIDE_BY_SIDE);
        try (var client = new CaseClient(proxy, pause, patience, eyes)) {
            List<Future<CaseResult>> running = new ArrayList<>();
            for (ConformanceCase subject : longestFirst(cases)) {
                running.add(workers.submit(() -> one(subject, origin, client, eyes)));
            }
            Map<String, CaseResult> results = new HashMap<>();
            for (Future<CaseResult> future : running) {
                CaseResult result = future.get();
                results.put(result.subject().id(), result);
            }
            return CaseJudge.withDependencies(
                    cases.stream().map(subject -> results.get(subject.id())).toList());
        } catch (ExecutionException e) {
            throw new IllegalStateException("the runner failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            workers.shutdownNow();
        }
    }

    /** {@code id} and, transitively, what it depends on. */
    static List<ConformanceCase> closure(List<ConformanceCase> cases, String id) {
        Map<String, ConformanceCase> byId = new HashMap<>();
        cases.forEach(subject -> byId.put(subject.id(), subject));
        if (!byId.containsKey(id)) {
            throw new IllegalArgumentException("no case " + id);
        }
        Set<String> wanted = new LinkedHashSet<>();
        collect(id, byId, wanted);
        return cases.stream().filter(subject -> wanted.contains(subject.id())).toList();
    }

    private static void collect(String id, Map<String, ConformanceCase> byId, Set<String> wanted) {
        ConformanceCase subject = byId.get(id);
        if (subject != null && wanted.add(id)) {
            subject.dependsOn().forEach(other -> collect(other, byId, wanted));
        }
    }

    /** The run takes as long as its last case: those that pause most begin. */
    private static List<ConformanceCase> longestFirst(List<ConformanceCase> cases) {
        return cases.stream()
                .sorted(Comparator.comparingLong(subject -> -subject.steps().stream()
                        .mapToLong(step -> (step.pauseAfter() ? PAUSE.toMillis() : 0)
                                + step.script().pause().toMillis())
                        .sum()))
                .toList();
    }

    private static CaseResult one(ConformanceCase subject, CaseOrigin origin, CaseClient client, ExchangeWatch eyes)
            throws InterruptedException {
        try (CaseOrigin.Guest guest = origin.admit(subject)) {
            List<ClientExchange> exchanges = client.send(subject, guest.path());
            var transcript = new CaseTranscript(guest.caseId(), exchanges, guest.seen());
            eyes.after(transcript);
            return CaseJudge.judge(subject, transcript);
        }
    }
}
