package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A body of 200 MB through a JVM with a heap of 64 MB. */
@ExtendWith(JarIsBuilt.class)
@DisplayName("A body larger than the heap")
class LargeBodyTest {
    private static final int BLOCK_BYTES = 100_000;
    private static final int BLOCKS = 2_000;
    private static final byte[] BLOCK = new byte[BLOCK_BYTES];

    static {
        new Random(1).nextBytes(BLOCK);
    }

    private static void send200Megabytes(RawOrigin.Exchange exchange) throws IOException {
        exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + ((long) BLOCKS * BLOCK_BYTES)
                + "\r\n\r\n");
        for (int i = 0; i < BLOCKS; i++) {
            exchange.send(BLOCK);
        }
    }

    private static void assertWholeBody(int port) {
        try (var connection = RawHttp.connect(port)) {
            assertThat(connection.send(RawHttp.head("GET", "/large")).headOnly().status())
                    .isEqualTo(200);
            for (int i = 0; i < BLOCKS; i++) {
                assertThat(connection.bytes(BLOCK_BYTES)).as("block %d", i).isEqualTo(BLOCK);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                          | cache_mem | maximum_object_size_in_memory | asked
        what may not be stored flows through a window   | 64 MB     | 1 MB                          | 2
        what may be stored is served from there         | 512 MB    | 400 MB                        | 1
        """)
    void is_passed_on_whole(String rule, String memory, String largest, int asked) {
        try (var origin = RawOrigin.with(LargeBodyTest::send200Megabytes);
                var loligo = LoligoProcess.start(
                        SquidConf.inFrontOf(origin.port())
                                .and(
                                        "cache_mem " + memory,
                                        "maximum_object_size 400 MB",
                                        "maximum_object_size_in_memory " + largest),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=64m")) {
            assertWholeBody(loligo.port());
            assertWholeBody(loligo.port());

            assertThat(origin.heads()).hasSize(asked);
        }
    }

    @Test
    void a_client_that_does_not_read_does_not_fill_the_memory() {
        try (var origin = RawOrigin.with(LargeBodyTest::send200Megabytes);
                var loligo = LoligoProcess.start(
                        SquidConf.inFrontOf(origin.port()).and("maximum_object_size_in_memory 1 MB"),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=64m");
                var idle = RawHttp.connect(loligo.port())) {
            assertThat(idle.send(RawHttp.head("GET", "/large")).headOnly().status())
                    .isEqualTo(200);

            assertWholeBody(loligo.port());
            assertThat(idle.bytes(BLOCK_BYTES)).isEqualTo(BLOCK);
        }
    }
}
