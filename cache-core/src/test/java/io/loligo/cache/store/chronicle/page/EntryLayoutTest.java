package io.loligo.cache.store.chronicle.page;

import static io.loligo.cache.store.chronicle.Samples.there;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.store.chronicle.Samples;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the bytes of stored values")
class EntryLayoutTest {
    private static final StoredHead HEAD =
            Samples.head(Samples.key("/golden?caf\u00e9", "a,b"), Samples.language("de-ch"));

    private static final FieldNames HIDDEN = FieldNames.of(Set.of("content-type"));

    private static PageBuffer small() {
        byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
        PageBuffer chunk = new PageBuffer(100);
        chunk.buffer().put(EntryLayout.CHUNK_DATA_OFFSET, body);
        HeadBytes bytes = there(HeadBytes.of(HEAD, body.length, HIDDEN, new HeadBytes.Draft()))
                .inline();
        PageBuffer buffer = new PageBuffer(4096);
        bytes.put(buffer, 0x0102030405L, EntryLayout.checksum(chunk, EntryLayout.CHUNK_DATA_OFFSET, body.length));
        buffer.buffer().put(buffer.length(), body);
        buffer.length(buffer.length() + body.length);
        return buffer;
    }

    private static PageBuffer large() {
        HeadBytes bytes = there(HeadBytes.of(HEAD, 1_000_000, FieldNames.NONE, new HeadBytes.Draft()))
                .withBody(6);
        PageBuffer buffer = new PageBuffer(4096);
        bytes.put(buffer, 7, 0);
        return buffer;
    }

    private static PageBuffer stale() {
        StoredHead head = HEAD.withStaleness(Instant.ofEpochSecond(1_700_000_100L, 7), 3);
        HeadBytes bytes = there(HeadBytes.of(head, 1_000_000, FieldNames.NONE, new HeadBytes.Draft()))
                .withBody(6);
        PageBuffer buffer = new PageBuffer(4096);
        bytes.put(buffer, 7, 0);
        return buffer;
    }

    private static PageBuffer list() {
        LongList members = new LongList();
        members.add(3);
        members.add(0x0A0B0C0D0E0FL);
        PageBuffer buffer = new PageBuffer(100);
        EntryLayout.putList(buffer, 8, 0x1111L, 0x2222L, members);
        return buffer;
    }

    private static PageBuffer chunk() {
        PageBuffer buffer = new PageBuffer(100);
        buffer.buffer().put(EntryLayout.CHUNK_DATA_OFFSET, "some data".getBytes(StandardCharsets.US_ASCII));
        EntryLayout.putChunkHeader(buffer, 9, 2, 9);
        return buffer;
    }

    private static PageBuffer made(String name) {
        return switch (name) {
            case "small" -> small();
            case "large" -> large();
            case "stale" -> stale();
            case "list" -> list();
            case "chunk" -> chunk();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static byte[] bytes(PageBuffer buffer) {
        byte[] bytes = new byte[buffer.length()];
        buffer.buffer().get(0, bytes);
        return bytes;
    }

    private static PageBuffer buffer(byte[] bytes) {
        PageBuffer buffer = new PageBuffer(Math.max(1, bytes.length));
        buffer.buffer().put(0, bytes);
        buffer.length(bytes.length);
        return buffer;
    }

    private static byte[] golden(String name) throws IOException {
        String file = "/store/v" + EntryLayout.VERSION + "/" + name + ".hex";
        try (InputStream in = EntryLayoutTest.class.getResourceAsStream(file)) {
            String text = new String(there(in).readAllBytes(), StandardCharsets.US_ASCII);
            return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"small", "large", "stale", "list", "chunk"})
    void this_version_is_what_it_was(String name) throws IOException {
        assertThat(bytes(made(name))).isEqualTo(golden(name));
    }

    @Test
    void a_golden_head_says_what_was_put_into_it() throws IOException {
        StoredObject object =
                there(EntryLayout.head(buffer(golden("small")), 0x0102030405L, true, CacheControlTargets.DEFAULT));

        assertThat(object.head().key()).isEqualTo(HEAD.key());
        assertThat(object.head().selecting()).isEqualTo(HEAD.selecting());
        assertThat(object.head().fields())
                .isEqualTo(HEAD.fields().without("Content-Type").plus("Content-Type", "text/plain"));
        assertThat(object.head().times()).isEqualTo(HEAD.times());
        assertThat(object.head().reason()).isEqualTo("OK");
        assertThat(object.head().bodyLength()).isEqualTo(5);
        assertThat(object.inline()).isTrue();
        assertThat(object)
                .isEqualTo(there(HeadBytes.of(HEAD, 5, HIDDEN, new HeadBytes.Draft()))
                        .inline()
                        .object(0x0102030405L, HIDDEN));
    }

    @Test
    void hidden_fields_are_kept_behind_what_is_sent() {
        PageBuffer buffer = small();
        StoredObject object = there(EntryLayout.head(buffer, 0x0102030405L, true, CacheControlTargets.DEFAULT));
        byte[] wire = new byte[object.wireLength()];
        buffer.buffer().get(object.wireOffset(), wire);

        assertThat(new String(wire, StandardCharsets.ISO_8859_1))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .doesNotContainIgnoringCase("content-type")
                .endsWith("Content-Length: 5\r\n");
        assertThat(object.head().fields().first("Content-Type")).isEqualTo("text/plain");
        assertThat(object.unsent()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}:{1}")
    @CsvSource({"http,80", "https,443", "http,65535", "https,1", "http,0", "ws,81"})
    void every_scheme_and_port_is_read_as_it_was_written(String scheme, int port) {
        CacheKey key = new CacheKey(new EffectiveUri(scheme, "www.example.org", port, "/"), "");
        StoredHead head = Samples.head(key, SelectingFields.NONE);
        PageBuffer buffer = new PageBuffer(4096);
        there(HeadBytes.of(head, 0, FieldNames.NONE, new HeadBytes.Draft()))
                .inline()
                .put(buffer, 64, 0);

        assertThat(there(EntryLayout.head(buffer, 64, true, CacheControlTargets.DEFAULT))
                        .head()
                        .key())
                .isEqualTo(key);
    }

    @Test
    void what_other_requests_chose_too_is_read_as_it_was_written() {
        SelectingFields selecting =
                Samples.language("de").and(Samples.language("en")).and(Samples.language("fr"));
        StoredHead head = Samples.head(Samples.key("/"), selecting);
        PageBuffer buffer = new PageBuffer(4096);
        there(HeadBytes.of(head, 0, FieldNames.NONE, new HeadBytes.Draft()))
                .inline()
                .put(buffer, 64, 0);

        assertThat(there(EntryLayout.head(buffer, 64, true, CacheControlTargets.DEFAULT))
                        .head()
                        .selecting())
                .isEqualTo(selecting);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"small", "large"})
    void times_and_Date_written_over_those_of_a_page_are_as_if_written_with_it(String name) {
        StoredHead dated = Samples.withField(HEAD, "Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        PageBuffer page = page(dated, name);
        StoredObject object = there(EntryLayout.head(page, 7, true, CacheControlTargets.DEFAULT));
        StoredHead later = Samples.validated(object.head(), "Mon, 07 Nov 1994 09:50:38 GMT", 90_061);
        PageBuffer expected = page(later, name);

        assertThat(EntryLayout.putTimes(page, object, later)).isTrue();

        assertThat(bytes(page)).isEqualTo(bytes(expected));
    }

    @Test
    void a_shorter_delay_takes_the_room_of_the_longer_one() {
        StoredHead dated = Samples.withField(HEAD, "Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        PageBuffer page = page(dated, "small");
        StoredObject object = there(EntryLayout.head(page, 7, true, CacheControlTargets.DEFAULT));
        Instant sent = dated.times().requestTime().plusSeconds(60);
        StoredHead later = there(
                object.head().validated("Mon, 07 Nov 1994 09:50:38 GMT", new ResponseTimes(sent, sent.plusNanos(5))));

        assertThat(EntryLayout.putTimes(page, object, later)).isTrue();

        assertThat(there(EntryLayout.head(page, 7, true, CacheControlTargets.DEFAULT))
                        .head()
                        .times())
                .isEqualTo(later.times());
    }

    @Test
    void a_damaged_page_is_not_made_good_by_writing_times_over_it() {
        PageBuffer page = page(HEAD, "small");
        StoredObject object = there(EntryLayout.head(page, 7, true, CacheControlTargets.DEFAULT));
        page.buffer().put(object.wireOffset(), (byte) 'X');
        byte[] before = bytes(page);

        assertThat(EntryLayout.putTimes(page, object, HEAD)).isFalse();

        assertThat(bytes(page)).isEqualTo(before);
    }

    /** The page of {@code head} without the body, as object 7. */
    private static PageBuffer page(StoredHead head, String name) {
        HeadBytes bytes = there(HeadBytes.of(head, name.equals("small") ? 0 : 5, HIDDEN, new HeadBytes.Draft()));
        PageBuffer buffer = new PageBuffer(4096);
        (name.equals("small") ? bytes.inline() : bytes).put(buffer, 7, 0);
        return buffer;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 300, 1L << 35, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void numbers_are_read_as_they_were_written(long value) {
        byte[] out = new byte[2 * VarInt.BYTES_MAX];
        int middle = VarInt.put(out, 0, value);
        int end = VarInt.put(out, middle, VarInt.zigzag(value));
        ByteBuffer same = ByteBuffer.allocate(out.length);
        ByteBuffer in = ByteBuffer.wrap(out, 0, end);

        assertThat(middle).isEqualTo(VarInt.size(value)).isEqualTo(VarInt.put(same, 0, value));
        assertThat(VarInt.put(same, middle, VarInt.zigzag(value))).isEqualTo(end);
        assertThat(same.array()).isEqualTo(out);

        assertThat(VarInt.get(in)).isEqualTo(value);
        assertThat(VarInt.fromZigzag(VarInt.get(in))).isEqualTo(value);
        assertThat(in.hasRemaining()).isFalse();
    }

    @Test
    void when_a_soft_purge_ended_the_lifetime_is_kept() throws IOException {
        StoredObject object = there(EntryLayout.head(buffer(golden("stale")), 7, true, CacheControlTargets.DEFAULT));

        assertThat(object.head().staleSince()).isEqualTo(Instant.ofEpochSecond(1_700_000_100L, 7));
        assertThat(object.head().times()).isEqualTo(HEAD.times());
        assertThat(object.bodyId()).isEqualTo(6);
    }

    @ParameterizedTest(name = "a {0} with any one bit changed is not taken")
    @CsvSource({"small", "large", "stale", "list", "chunk"})
    void no_bit_can_change_unseen(String name) {
        byte[] bytes = bytes(made(name));
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(isTaken(name, buffer(bytes))).as("bit %d", bit).isFalse();
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
        }
        assertThat(isTaken(name, buffer(bytes))).isTrue();
    }

    private static boolean isTaken(String name, PageBuffer buffer) {
        return switch (name) {
            case "small" -> EntryLayout.head(buffer, 0x0102030405L, true, CacheControlTargets.DEFAULT) != null;
            case "large", "stale" -> EntryLayout.head(buffer, 7, true, CacheControlTargets.DEFAULT) != null;
            case "list" -> EntryLayout.list(buffer, 8, true) != null;
            case "chunk" -> EntryLayout.chunkData(buffer, 9, 2, true) >= 0;
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Test
    void a_value_cut_short_is_not_taken() {
        byte[] bytes = bytes(small());
        for (int length = 0; length < bytes.length; length++) {
            PageBuffer cut = buffer(Arrays.copyOf(bytes, length));
            assertThat(EntryLayout.head(cut, 0x0102030405L, false, CacheControlTargets.DEFAULT))
                    .isNull();
        }
    }
}
