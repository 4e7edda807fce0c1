package io.loligo.cache.store.chronicle;

import static io.loligo.cache.store.chronicle.Samples.there;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.CacheControlTargets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("the bytes of stored values")
class EntryLayoutTest {
    private static final StoredHead HEAD =
            Samples.head(Samples.key("/golden?caf\u00e9", "a,b"), Samples.language("de-ch"));

    private static Slot small() {
        byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
        Slot chunk = new Slot(100);
        chunk.buffer().put(EntryLayout.CHUNK_DATA_OFFSET, body);
        EntryLayout.HeadBytes bytes = there(EntryLayout.encode(HEAD, body.length));
        Slot slot = new Slot(4096);
        EntryLayout.putHead(
                slot,
                bytes,
                HEAD,
                0x0102030405L,
                0x0102030405L,
                body.length,
                true,
                EntryLayout.checksum(chunk, EntryLayout.CHUNK_DATA_OFFSET, body.length));
        slot.buffer().put(slot.length(), body);
        slot.length(slot.length() + body.length);
        return slot;
    }

    private static Slot large() {
        EntryLayout.HeadBytes bytes = there(EntryLayout.encode(HEAD, 1_000_000));
        Slot slot = new Slot(4096);
        EntryLayout.putHead(slot, bytes, HEAD, 7, 6, 1_000_000, false, 0);
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
    @CsvSource({"small", "large", "list", "chunk"})
    void the_bytes_are_what_they_were(String name) throws IOException {
        assertThat(bytes(made(name))).isEqualTo(golden(name));
    }

    @Test
    void a_golden_head_says_what_was_put_into_it() throws IOException {
        StoredObject object =
                there(EntryLayout.head(slot(golden("small")), 0x0102030405L, true, CacheControlTargets.DEFAULT));

        assertThat(object.head().key()).isEqualTo(HEAD.key());
        assertThat(object.head().selecting()).isEqualTo(HEAD.selecting());
        assertThat(object.head().fields()).isEqualTo(HEAD.fields());
        assertThat(object.head().times()).isEqualTo(HEAD.times());
        assertThat(object.head().reason()).isEqualTo("OK");
        assertThat(object.head().bodyLength()).isEqualTo(5);
        assertThat(object.inline()).isTrue();
        assertThat(object)
                .isEqualTo(EntryLayout.object(
                        there(EntryLayout.encode(HEAD, 5)), HEAD, 0x0102030405L, 0x0102030405L, 5, true));
    }

    @ParameterizedTest(name = "a {0} with any one bit changed is not taken")
    @CsvSource({"small", "large", "list", "chunk"})
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
            case "large" -> EntryLayout.head(slot, 7, true, CacheControlTargets.DEFAULT) != null;
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
