package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** quick_abort_min, quick_abort_max and quick_abort_pct: what becomes of a fetch whose only client left halfway. */
@DisplayName("A fetch that its client has left")
class QuickAbortTest {
    private static final int LENGTH = 400 << 10;
    private static final int PIECE = 1 << 10;

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # case                                     | min    | max     | pct | fetches in the end
        much is missing                            | 16 KB  | 16 KB   | 95  | 2
        it always goes on                          | -1 KB  | 16 KB   | 95  | 1
        less is missing than min                   | 300 KB | 300 KB  | 95  | 1
        more than pct has come                     | 16 KB  | 300 KB  | 30  | 1
        more than pct has come, but max is missing | 16 KB  | 100 KB  | 30  | 2
        not yet pct has come                       | 16 KB  | 300 KB  | 90  | 2
        """)
    void goes_on_as_configured(String rule, String min, String max, int percent, int fetches) throws Exception {
        var clientLeft = new CountDownLatch(1);
        var asked = new AtomicInteger();
        Path log = directory.resolve("access.log");
        try (var origin = RawOrigin.with(exchange -> {
                    exchange.send(
                            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + LENGTH + "\r\n\r\n");
                    int sent = 0;
                    if (asked.incrementAndGet() == 1) {
                        exchange.send(new byte[LENGTH / 2]);
                        await().until(() -> clientLeft.getCount() == 0);
                        for (sent = LENGTH / 2; !isLogged(log) && sent < LENGTH - 100 * PIECE; sent += PIECE) {
                            exchange.send(new byte[PIECE]);
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                        }
                    }
                    exchange.send(new byte[LENGTH - sent]);
                });
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .and(
                                "access_log stdio:" + log + " squid",
                                "quick_abort_min " + min,
                                "quick_abort_max " + max,
                                "quick_abort_pct " + percent))) {
            try (var leaving = RawHttp.connect(loligo.port())) {
                leaving.send(RawHttp.head("GET", "/large")).headOnly();
                leaving.bytes(PIECE);
            }
            clientLeft.countDown();
            await().until(() -> isLogged(log));

            assertThat(RawHttp.get(loligo.port(), "/large").body()).hasSize(LENGTH);
            assertThat(asked).hasValue(fetches);
        }
    }

    private static boolean isLogged(Path log) throws IOException {
        return Files.exists(log) && Files.readString(log).contains("/large");
    }
}
