package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.there;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
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

    private static Slot small() {
        byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
        Slot chunk = new Slot(100);
        chunk.buffer().put(EntryLayout.CHUNK_DATA_OFFSET, body);
        HeadBytes bytes = there(HeadBytes.of(HEAD, body.length, HIDDEN, new HeadBytes.Draft()))
                .inline();
        Slot slot = new Slot(4096);
        bytes.put(slot, 0x0102030405L, EntryLayout.checksum(chunk, EntryLayout.CHUNK_DATA_OFFSET, body.length));
        slot.buffer().put(slot.length(), body);
        slot.length(slot.length() + body.length);
        return slot;
    }

    private static Slot large() {
        HeadBytes bytes = there(HeadBytes.of(HEAD, 1_000_000, FieldNames.NONE, new HeadBytes.Draft()))
                .withBody(6);
        Slot slot = new Slot(4096);
        bytes.put(slot, 7, 0);
        return slot;
    }

    private static Slot stale() {
        StoredHead head = HEAD.withStaleness(Instant.ofEpochSecond(1_700_000_100L, 7), 3);
        HeadBytes bytes = there(HeadBytes.of(head, 1_000_000, FieldNames.NONE, new HeadBytes.Draft()))
                .withBody(6);
        Slot slot = new Slot(4096);
        bytes.put(slot, 7, 0);
        return slot;
    }

    private static Slot list() {
        LongList members = new LongList();
        members.add(3);
        members.add(0x0A0B0C0D0E0FL);
        Slot slot = new Slot(100);
        EntryLayout.putList(slot, 8, 0x1111L, 0x2222L, members);
        return slot;
    }

    private static Slot chunk() {
        Slot slot = new Slot(100);
        slot.buffer().put(EntryLayout.CHUNK_DATA_OFFSET, "some data".getBytes(StandardCharsets.US_ASCII));
        EntryLayout.putChunkHeader(slot, 9, 2, 9);
        return slot;
    }

    private static Slot made(String name) {
        return switch (name) {
            case "small" -> small();
            case "large" -> large();
            case "stale" -> stale();
            case "list" -> list();
            case "chunk" -> chunk();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static byte[] bytes(Slot slot) {
        byte[] bytes = new byte[slot.length()];
        slot.buffer().get(0, bytes);
        return bytes;
    }

    private static Slot slot(byte[] bytes) {
        Slot slot = new Slot(Math.max(1, bytes.length));
        slot.buffer().put(0, bytes);
        slot.length(bytes.length);
        return slot;
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
                there(EntryLayout.head(slot(golden("small")), 0x0102030405L, true, CacheControlTargets.DEFAULT));

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
        Slot slot = small();
        StoredObject object = there(EntryLayout.head(slot, 0x0102030405L, true, CacheControlTargets.DEFAULT));
        byte[] wire = new byte[object.wireLength()];
        slot.buffer().get(object.wireOffset(), wire);

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
        Slot slot = new Slot(4096);
        there(HeadBytes.of(head, 0, FieldNames.NONE, new HeadBytes.Draft()))
                .inline()
                .put(slot, 64, 0);

        assertThat(there(EntryLayout.head(slot, 64, true, CacheControlTargets.DEFAULT))
                        .head()
                        .key())
                .isEqualTo(key);
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
        StoredObject object = there(EntryLayout.head(slot(golden("stale")), 7, true, CacheControlTargets.DEFAULT));

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
            assertThat(isTaken(name, slot(bytes))).as("bit %d", bit).isFalse();
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
        }
        assertThat(isTaken(name, slot(bytes))).isTrue();
    }

    private static boolean isTaken(String name, Slot slot) {
        return switch (name) {
            case "small" -> EntryLayout.head(slot, 0x0102030405L, true, CacheControlTargets.DEFAULT) != null;
            case "large", "stale" -> EntryLayout.head(slot, 7, true, CacheControlTargets.DEFAULT) != null;
            case "list" -> EntryLayout.list(slot, 8, true) != null;
            case "chunk" -> EntryLayout.chunkData(slot, 9, 2, true) >= 0;
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Test
    void a_value_cut_short_is_not_taken() {
        byte[] bytes = bytes(small());
        for (int length = 0; length < bytes.length; length++) {
            Slot cut = slot(Arrays.copyOf(bytes, length));
            assertThat(EntryLayout.head(cut, 0x0102030405L, false, CacheControlTargets.DEFAULT))
                    .isNull();
        }
    }
}
