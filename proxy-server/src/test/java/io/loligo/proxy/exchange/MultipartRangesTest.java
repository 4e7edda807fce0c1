package io.loligo.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loligo.cache.reuse.RangeSelection.Single;
import io.loligo.cache.store.EntryReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartRangesTest {
    private static final String BODY = "0123456789";

    @ParameterizedTest(name = "{0} bytes at a time")
    @ValueSource(ints = {1, 2, 3, 7, 64, 10_000})
    void partsInTheOrderAskedFor(int bite) throws IOException {
        Stored stored = new Stored(BODY);
        MultipartRanges parts =
                new MultipartRanges(stored, 0, List.of(new Single(7, 9, 10), new Single(0, 0, 10)), "text/plain");
        String type = parts.contentType();
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1);
        String expected = "\r\n--" + boundary + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 7-9/10\r\n\r\n789"
                + "\r\n--" + boundary + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/10\r\n\r\n0"
                + "\r\n--" + boundary + "--\r\n";
        assertThat(all(parts, bite)).isEqualTo(expected);
        assertThat(parts.length()).isEqualTo(expected.length());
        parts.close();
        assertThat(stored.closed).isTrue();
    }

    @Test
    void withoutATypeThereIsNoTypeLine() throws IOException {
        MultipartRanges parts = new MultipartRanges(new Stored(BODY), 0, List.of(new Single(1, 1, 10)), null);
        assertThat(all(parts, 100)).doesNotContain("Content-Type").contains("bytes 1-1/10\r\n\r\n1\r\n--");
    }

    @Test
    void aBodyThatIsShorterThanItsHeadSaysIsAFailure() {
        MultipartRanges parts = new MultipartRanges(new Stored("012"), 0, List.of(new Single(1, 5, 10)), null);
        assertThatThrownBy(() -> all(parts, 100)).isInstanceOf(IOException.class);
        BodyPart slice = new BodyPart(new StoredBody(new Stored("012")), 1, 5);
        ByteBuffer dst = ByteBuffer.allocate(100);
        assertThatThrownBy(() -> slice.read(2, dst)).isInstanceOf(IOException.class);
        assertThat(dst.limit()).as("the caller's limit").isEqualTo(100);
    }

    @Test
    void aSliceGivesItsBytesOnly() throws IOException {
        BodyPart slice = new BodyPart(new StoredBody(new Stored(BODY)), 2, 3);
        ByteBuffer dst = ByteBuffer.allocate(100);
        assertThat(slice.read(0, dst)).isEqualTo(3);
        assertThat(new String(dst.array(), 0, 3, StandardCharsets.ISO_8859_1)).isEqualTo("234");
        assertThat(slice.read(3, dst)).isEqualTo(-1);
    }

    private static String all(MultipartRanges parts, int bite) throws IOException {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        ByteBuffer dst = ByteBuffer.allocate(bite);
        while (parts.read(got.size(), dst.clear()) >= 0) {
            got.write(dst.array(), 0, dst.position());
        }
        return got.toString(StandardCharsets.ISO_8859_1);
    }

    private static final class Stored implements EntryReader {
        private final byte[] bytes;
        private boolean closed;

        private Stored(String text) {
            bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public ByteBuffer head() {
            return ByteBuffer.allocate(0);
        }

        @Override
        public int unsent() {
            return 0;
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public @Nullable ByteBuffer body() {
            return null;
        }

        @Override
        public int read(long position, ByteBuffer dst) {
            int count = (int) Math.min(dst.remaining(), bytes.length - position);
            if (count <= 0) {
                return -1;
            }
            dst.put(bytes, (int) position, count);
            return count;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
