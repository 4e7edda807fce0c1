package io.loligo.tests.conformance;

import io.loligo.tests.RawHttp;
import io.loligo.tests.RawHttp.Answer;
import io.loligo.tests.conformance.CaseTranscript.ClientExchange;
import io.loligo.tests.conformance.ConformanceCase.Ask;
import io.loligo.tests.conformance.ConformanceCase.Step;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of cases through the proxy: one connection per case, kept alive as long as the proxy keeps it.
 * Nothing is sent twice. Safe for use from many threads.
 */
final class CaseClient implements AutoCloseable {
    private final InetSocketAddress proxy;
    private final Duration pause;
    private final Duration patience;
    private final ExchangeWatch eyes;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();

    /**
     * @param pause before the request that follows a {@code pause_after}
     * @param patience for one request and its answer
     * @param eyes see every exchange
     */
    CaseClient(InetSocketAddress proxy, Duration pause, Duration patience, ExchangeWatch eyes) {
        this.proxy = proxy;
        this.pause = pause;
        this.patience = patience;
        this.eyes = eyes;
    }

    /** All requests of {@code subject} on {@code path}, until one has no answer. */
    List<ClientExchange> send(ConformanceCase subject, String path) throws InterruptedException {
        List<ClientExchange> exchanges = new ArrayList<>();
        RawHttp connection = null;
        Answer previous = null;
        try {
            for (Step step : subject.steps()) {
                String request = request(subject.id(), exchanges.size() + 1, step.ask(), path, previous);
                if (connection == null) {
                    connection = RawHttp.connect(proxy);
                }
                ClientExchange exchange =
                        exchange(connection, request, step.ask().method());
                exchanges.add(exchange);
                previous = exchange.answer();
                if (previous == null) {
                    break;
                }
                if (!keepsAlive(previous)) {
                    connection.close();
                    connection = null;
                }
                if (step.pauseAfter() && exchanges.size() < subject.steps().size()) {
                    Thread.sleep(pause.toMillis());
                }
            }
        } catch (UncheckedIOException e) {
            exchanges.add(new ClientExchange("", null, String.valueOf(e.getMessage())));
        } finally {
            if (connection != null) {
                connection.close();
            }
        }
        return List.copyOf(exchanges);
    }

    private ClientExchange exchange(RawHttp connection, String request, String method) {
        Consumer<Answer> seen = eyes.before(request);
        var gaveUp = new AtomicBoolean();
        ScheduledFuture<?> givingUp = watch.schedule(
                () -> {
                    gaveUp.set(true);
                    connection.close();
                },
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            Answer answer = connection.send(request).answer(method);
            seen.accept(answer);
            return new ClientExchange(request, answer, "");
        } catch (UncheckedIOException e) {
            String why = gaveUp.get() ? "none within " + patience : String.valueOf(e.getMessage());
            return new ClientExchange(request, null, why);
        } finally {
            givingUp.cancel(false);
        }
    }

    private static boolean keepsAlive(Answer answer) {
        boolean framed = answer.field("Content-Length").isPresent()
                || answer.field("Transfer-Encoding").isPresent()
                || answer.status() == 204
                || answer.status() == 304;
        return framed
                && answer.complete()
                && answer.head().statusLine().startsWith("HTTP/1.1")
                && answer.head().all("Connection").stream().noneMatch("close"::equalsIgnoreCase);
    }

    private String request(String id, int number, Ask ask, String path, @Nullable Answer previous) {
        var request = new StringBuilder(ask.method() + " " + path);
        if (!ask.filename().isEmpty()) {
            request.append('/').append(ask.filename());
        }
        if (!ask.query().isEmpty()) {
            request.append('?').append(ask.query());
        }
        request.append(" HTTP/1.1\r\n");
        line(request, "Host", proxy.getHostString() + ":" + proxy.getPort());
        line(request, "Test-ID", id);
        line(request, "Req-Num", Integer.toString(number));
        line(request, "Cache-Control", "nothing-to-see-here");
        line(request, "Pragma", "foo");
        for (ScriptedField field : ask.fields()) {
            line(request, field.name(), field.at(reference(field, ask, previous)));
        }
        String body = ask.body();
        if (body != null) {
            line(request, "Content-Length", Integer.toString(body.length()));
        }
        request.append("\r\n");
        return body == null ? request.toString() : request.append(body).toString();
    }

    /** What a relative date in a request counts from. */
    private static Instant reference(ScriptedField field, Ask ask, @Nullable Answer previous) {
        if (ask.magicIms() && field.is("If-Modified-Since") && previous != null) {
            String now = previous.field("Server-Now").orElse("");
            if (now.matches("\\d{1,18}")) {
                return Instant.ofEpochMilli(Long.parseLong(now));
            }
        }
        return Instant.now();
    }

    private static void line(StringBuilder request, String name, String value) {
        request.append(name).append(": ").append(value).append("\r\n");
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
