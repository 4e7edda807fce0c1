package io.loligo.cache.store.chronicle;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.store.EntryReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One version of one variant of a page, which says of itself what it is: in a field of the head, and in every byte of the
 * body, so that whoever reads it can tell whether it is whole and not another's.
 *
 * @param page the number of the URL
 * @param variant the number of the variant, 0 for pages without
 * @param version grows with every body that is stored for the page
 * @param length bytes of the body
 * @param freshened how often the head was freshened since
 */
record KillBody(int page, int variant, long version, int length, int freshened) {
    static final int VARIANTS = 3;

    /** What an origin says of when it answered; a validation leaves another one of the same length. */
    static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

    private static final String FIELD = "X-Object";
    private static final List<String> LANGUAGES = List.of("en", "de", "fr");
    private static final int READ_BYTES = 48 << 10;

    static String path(int page) {
        return "/page/" + page;
    }

    /** Every other page has variants. */
    static int variants(int page) {
        return page % 2 == 0 ? 1 : VARIANTS;
    }

    StoredHead head() {
        return new StoredHead(
                0,
                Samples.key(path(page)),
                selecting(),
                200,
                "OK",
                Fields.of("Content-Type", "application/octet-stream", "Date", DATE, FIELD, text()),
                Samples.TIMES,
                -1);
    }

    private SelectingFields selecting() {
        return variants(page) == 1 ? SelectingFields.NONE : Samples.language(LANGUAGES.get(variant));
    }

    KillBody freshenedOnce() {
        return new KillBody(page, variant, version, length, freshened + 1);
    }

    /** As one line says it, of the test's journal too. */
    String text() {
        return page + " " + variant + " " + version + " " + length + " " + freshened;
    }

    static KillBody of(String text) {
        String[] words = text.split(" ", -1);
        return new KillBody(
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                Long.parseLong(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]));
    }

    /** What {@code head} says that it is. */
    static KillBody of(StoredHead head) {
        return of(Samples.there(head.fields().first(FIELD)));
    }

    byte[] bytes() {
        byte[] bytes = new byte[(length + Long.BYTES - 1) / Long.BYTES * Long.BYTES];
        SplittableRandom random = new SplittableRandom(31 * (31 * (31L * page + variant) + version) + length);
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (out.hasRemaining()) {
            out.putLong(random.nextLong());
        }
        return bytes;
    }

    /**
     * What is wrong with what {@code reader} gives for {@code head}, found under {@code page}; null when it is whole and
     * right.
     *
     * @throws IOException when the reader says itself that it cannot be read
     */
    static @Nullable String fault(int page, StoredHead head, EntryReader reader) throws IOException {
        KillBody named = of(head);
        String wire = Samples.text(reader.head());
        if (named.page() != page
                || !head.key().equals(Samples.key(path(page)))
                || !head.selecting().equals(named.selecting())
                || !wire.contains(FIELD + ": " + named.text() + "\r\n")) {
            return "under page " + page + " there is " + named + " with " + wire;
        }
        if (reader.length() != named.length() || head.bodyLength() != named.length()) {
            return named + " has " + reader.length() + " bytes";
        }
        byte[] expected = named.bytes();
        ByteBuffer piece = ByteBuffer.allocateDirect(READ_BYTES);
        for (int position = 0; position < named.length(); ) {
            piece.clear();
            int count = reader.read(position, piece);
            piece.flip();
            int wrong = count < 1 ? 0 : piece.mismatch(ByteBuffer.wrap(expected, position, count));
            if (wrong >= 0) {
                return named + " is wrong at byte " + (position + wrong) + " of a piece of " + count;
            }
            position += count;
        }
        return null;
    }
}
