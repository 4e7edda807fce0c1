package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What clients ask for without pause, and what the server is to do about it.
 *
 * @param requests one after the other, over and over
 * @param unique whether each request is for a page that nobody has asked for before, below the first request's path
 * @param close whether each request takes a connection of its own
 * @param origin what the origin has to do
 */
record Job(
        String number,
        String name,
        String title,
        Setup setup,
        List<Request> requests,
        boolean unique,
        boolean close,
        OriginDoes origin) {

    /** What the origin's count must show. */
    enum OriginDoes {
        /** Every answer is from the cache. */
        NOTHING,
        /** It gives every answer. */
        ANSWER_EACH,
        /** It says of every answer that what is stored is still good. */
        VALIDATE_EACH
    }

    /**
     * A GET.
     *
     * @param fields beside Host, each {@code Name: value}
     */
    record Request(String path, List<String> fields) {
        Request(String path) {
            this(path, List.of());
        }
    }

    /** So many that those under way at once are never for the same page. */
    private static final int PAGES = 1_000;

    /** Whether its bodies are so large that bytes cost, not requests. */
    boolean large() {
        return equals(HIT_5M);
    }

    /** Of each answer. */
    long bodyBytes(Origin origin) throws IOException {
        return origin.body(requests.get(0).path()).length;
    }

    static final Job HIT_1K = hit("W1", "hit-1k", "hit of 1 KB", "/1k.bin");
    static final Job HIT_1K_LOG = new Job(
            "W1-log",
            "hit-1k-log",
            "hit of 1 KB, with an access log",
            Setup.HITS.withLog(),
            HIT_1K.requests,
            false,
            false,
            OriginDoes.NOTHING);
    static final Job HIT_1K_CLOSE = new Job(
            "W1c",
            "hit-1k-close",
            "hit of 1 KB, a connection per request",
            Setup.HITS,
            HIT_1K.requests,
            false,
            true,
            OriginDoes.NOTHING);
    static final Job HIT_16K = hit("W2", "hit-16k", "hit of 16 KB", "/16k.bin");
    static final Job HIT_100K = hit("W3", "hit-100k", "hit of 100 KB", "/100k.bin");
    static final Job HIT_5M = hit("W3b", "hit-5m", "hit of 5 MB", "/5m.bin");
    static final Job PASS = new Job(
            "W6",
            "pass-1k",
            "pass-through of 1 KB, known to be uncacheable",
            Setup.HITS,
            pages("/pass/"),
            false,
            false,
            OriginDoes.ANSWER_EACH);
    static final Job UNCACHEABLE = new Job(
            "W6h",
            "one-uncacheable-1k",
            "one page of 1 KB that turns out uncacheable",
            Setup.HITS,
            List.of(new Request("/nostore/page")),
            false,
            false,
            OriginDoes.ANSWER_EACH);
    static final Job MISS = new Job(
            "W6b",
            "miss-1k",
            "cacheable miss of 1 KB, each of another page",
            Setup.HITS,
            List.of(new Request("/u/")),
            true,
            false,
            OriginDoes.ANSWER_EACH);
    static final Job VALIDATION = new Job(
            "W9",
            "validate-1k",
            "1 KB, validated each time, answered 304",
            Setup.HITS,
            pages("/v/"),
            false,
            false,
            OriginDoes.VALIDATE_EACH);
    static final Job VARIANTS = new Job(
            "W12",
            "hit-1k-vary",
            "hit of 1 KB, 3 variants",
            Setup.HITS,
            List.of(variant("https://a.test/"), variant("https://b.test/"), variant("https://c.test/")),
            false,
            false,
            OriginDoes.NOTHING);

    private static Job hit(String number, String name, String title, String path) {
        return new Job(number, name, title, Setup.HITS, List.of(new Request(path)), false, false, OriginDoes.NOTHING);
    }

    private static List<Request> pages(String prefix) {
        return IntStream.range(0, PAGES).mapToObj(i -> new Request(prefix + i)).toList();
    }

    private static Request variant(String site) {
        return new Request("/vary/page", List.of("Referer: " + site));
    }
}
