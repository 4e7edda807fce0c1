package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A body longer than an int can count, in a cache_dir, through a JVM with a heap of 64 MB. */
@Tag("long")
@ExtendWith(JarIsBuilt.class)
@DisplayName("An object of more than 2 GB")
class LargeObjectTest {
    private static final long LENGTH = (1L << 31) + 1;
    private static final int BLOCK_BYTES = 64 << 10;

    /** The bytes from {@code position}, a multiple of 8, on: no eight of them stand anywhere else. */
    private static byte[] block(long position, int length) {
        ByteBuffer words = ByteBuffer.allocate((length + 7) / 8 * 8);
        for (long at = position; words.hasRemaining(); at += 8) {
            words.putLong(at * 0x9E3779B97F4A7C15L);
        }
        byte[] block = new byte[length];
        words.get(0, block);
        return block;
    }

    private static void send(RawOrigin.Exchange exchange) throws IOException {
        if (exchange.path().equals("/small")) {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\nETag: \"1\"\r\nContent-Length: " + LENGTH
                + "\r\n\r\n");
        for (long at = 0; at < LENGTH; at += BLOCK_BYTES) {
            exchange.send(block(at, (int) Math.min(BLOCK_BYTES, LENGTH - at)));
        }
    }

    private static void assertWholeBody(int port, String status) {
        try (var connection = RawHttp.connect(port)) {
            RawHttp.Head head = connection.send(RawHttp.head("GET", "/large")).headOnly();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.field("Content-Length")).contains("" + LENGTH);
            assertThat(head.field("Cache-Status").orElse("")).contains(status);
            for (long at = 0; at < LENGTH; at += BLOCK_BYTES) {
                int length = (int) Math.min(BLOCK_BYTES, LENGTH - at);
                assertThat(connection.bytes(length)).as("from %d on", at).isEqualTo(block(at, length));
            }
        }
    }

    @Test
    void is_stored_and_served_whole_and_in_parts() {
        try (var origin = RawOrigin.with(LargeObjectTest::send);
                var loligo = LoligoProcess.start(
                        SquidConf.inFrontOf(origin.port())
                                .and("maximum_object_size 3 GB", "cache_dir aufs DIR/cache 6000 16 256"),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=64m")) {
            // A store of gigabytes is made in the background, and stores nothing until then.
            await().atMost(Duration.ofMinutes(5))
                    .until(() -> RawHttp.get(loligo.port(), "/small").isHit());
            assertWholeBody(loligo.port(), "fwd=uri-miss");
            assertWholeBody(loligo.port(), "hit");

            long from = (1L << 31) - 16;
            var part = RawHttp.get(loligo.port(), "/large", "Range: bytes=" + from + "-");
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.field("Content-Range")).contains("bytes " + from + "-" + (LENGTH - 1) + "/" + LENGTH);
            assertThat(part.body()).isEqualTo(block(from, 17));
            var last = RawHttp.get(loligo.port(), "/large", "Range: bytes=-9");
            assertThat(last.field("Content-Range"))
                    .contains("bytes " + (LENGTH - 9) + "-" + (LENGTH - 1) + "/" + LENGTH);
            assertThat(last.body()).isEqualTo(block(LENGTH - 9, 9));
            var beyond = RawHttp.get(loligo.port(), "/large", "Range: bytes=" + LENGTH + "-");
            assertThat(beyond.status()).isEqualTo(416);

            assertThat(origin.heads())
                    .filteredOn(asked -> asked.contains("/large"))
                    .hasSize(1);
        }
    }
}
