package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A purge that is acknowledged while its page is on the way from the origin: nobody who asks afterwards gets the old page,
 * neither from that fetch nor from the store.
 */
@DisplayName("A purge during a fetch")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PurgeDuringFetchTest {
    private static final long SEED = 20_261_201;
    private static final String SITE = "http://www.example.org";
    /** Bytes of the part that is stored before the rest is fetched. */
    private static final int PART = 10;

    /** How far a fetch is when the purge comes. */
    enum Point {
        BEFORE_HEAD,
        AFTER_HEAD,
        IN_BODY,
        BEFORE_LAST_BYTE
    }

    /** What the fetch is for. */
    enum Purpose {
        MISS,
        VALIDATION,
        REST_OF_PART
    }

    /** What is purged, as the admin API has it; {@code PURGE} is the method. */
    enum Kind {
        URL("\"urls\":[\"SITEPATH\"]"),
        TAG("\"tags\":[\"TAG\"]"),
        PATTERN("\"pattern\":\"PATH$\""),
        PREFIX("\"prefix\":\"SITEPATH\""),
        GLOB("\"glob\":\"*PATH\""),
        HOST("\"host\":\"www.example.org\""),
        ALL("\"all\":true"),
        PURGE("");

        private final String json;

        Kind(String json) {
            this.json = json;
        }
    }

    /** One row. */
    record Case(Purpose purpose, Point point, Kind kind, boolean soft, int length, boolean chunked) {}

    /** A page of the origin: its first version, then its second. */
    private static final class Page {
        private final Case row;
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private volatile boolean changed;
        /** Whether the next request for the first version is the one that waits. */
        private volatile boolean holding;

        private Page(Case row) {
            this.row = row;
            this.holding = row.purpose() == Purpose.MISS;
        }
    }

    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final RawOrigin origin = RawOrigin.with(this::answer);
    private final int admin = Ports.free();
    private final InProcessServer loligo = InProcessServer.start(SquidConf.inFrontOf(origin.port())
            .replacing("admin_port 0", "admin_port " + admin + "\nadmin_token_file DIR/admin.token"));
    private int number;

    @AfterAll
    void stop() {
        loligo.close();
        origin.close();
    }

    static Stream<Case> cases() {
        Random random = new Random(SEED);
        List<Case> cases = new ArrayList<>();
        for (Purpose purpose : Purpose.values()) {
            for (Point point : Point.values()) {
                if (purpose == Purpose.VALIDATION && point != Point.BEFORE_HEAD) {
                    continue; // A 304 has no body.
                }
                for (Kind kind : Kind.values()) {
                    for (boolean soft : kind == Kind.PURGE ? new boolean[] {false} : new boolean[] {false, true}) {
                        int length = 4 * PART + random.nextInt(random.nextBoolean() ? 100 : 200_000);
                        boolean chunked = purpose == Purpose.MISS && random.nextBoolean();
                        cases.add(new Case(purpose, point, kind, soft, length, chunked));
                    }
                }
            }
        }
        Collections.shuffle(cases, random);
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void is_the_end_of_what_was_fetched_before_it(Case row) throws IOException {
        String path = "/page" + number++;
        Page page = new Page(row);
        pages.put(path, page);
        String before = body(page, false);
        String after = body(page, true);
        prepare(page, path);
        try (var first = RawHttp.connect(loligo.port());
                var follower = RawHttp.connect(loligo.port())) {
            first.send(RawHttp.head("GET", path));
            waitFor(page.asked);
            if (row.point() == Point.BEFORE_HEAD) {
                follower.send(RawHttp.head("GET", path));
            } else {
                first.headOnly();
            }
            page.changed = true;
            purge(row, path);

            assertThat(RawHttp.get(loligo.port(), path).text())
                    .as("while the old fetch is under way")
                    .isEqualTo(after);
            page.goOn.countDown();
            if (row.point() == Point.BEFORE_HEAD) {
                assertThat(first.answer().text())
                        .as("the client that came first")
                        .isIn(before, after);
                assertThat(follower.answer().text()).as("one that waited").isIn(before, after);
            } else {
                readToEnd(first, row);
            }
        }
        for (int i = 0; i < 3; i++) {
            assertThat(RawHttp.get(loligo.port(), path).text())
                    .as("after the old fetch has ended")
                    .isEqualTo(after);
        }
    }

    /** Brings into the store what the fetch in question starts from. */
    private void prepare(Page page, String path) {
        switch (page.row.purpose()) {
            case MISS -> {}
            case VALIDATION -> RawHttp.get(loligo.port(), path);
            case REST_OF_PART -> RawHttp.get(loligo.port(), path, "Range: bytes=0-" + (PART - 1));
        }
        page.holding = true;
    }

    private static void readToEnd(RawHttp connection, Case row) {
        if (!row.chunked()) {
            assertThat(connection.bytes(row.length())).hasSize(row.length());
        }
    }

    private void purge(Case row, String path) throws IOException {
        if (row.kind() == Kind.PURGE) {
            assertThat(RawHttp.exchange(loligo.port(), "PURGE", path).status()).isIn(200, 404);
            return;
        }
        String json = "{"
                + row.kind().json.replace("SITE", SITE).replace("PATH", path).replace("TAG", tag(path)) + ",\"soft\":"
                + row.soft() + "}";
        String token =
                Files.readString(loligo.directory().resolve("admin.token")).strip();
        try (var connection = RawHttp.connect(admin)) {
            connection.send("POST /purge HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n" + json);
            RawHttp.Answer receipt = connection.answer("POST");
            assertThat(receipt.status()).as(receipt.text()).isLessThan(300);
        }
    }

    private static String tag(String path) {
        return "tag" + path.replace("/", "-");
    }

    private static String body(Page page, boolean changed) {
        return (changed ? "n" : "o").repeat(page.row.length());
    }

    // ---- the origin

    private void answer(RawOrigin.Exchange exchange) throws IOException {
        Page page = Objects.requireNonNull(pages.get(exchange.path()), exchange.path());
        boolean changed = page.changed;
        boolean held = page.holding && !changed;
        if (held) {
            page.holding = false;
        }
        String fields =
                "ETag: \"" + (changed ? "new" : "old") + "\"\r\nSurrogate-Key: " + tag(exchange.path()) + "\r\n";
        Case row = page.row;
        if (held && row.point() == Point.BEFORE_HEAD) {
            page.asked.countDown();
            waitFor(page.goOn);
        }
        if (exchange.says("If-None-Match: \"" + (changed ? "new" : "old") + "\"")) {
            exchange.send("HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=3600\r\n" + fields + "\r\n");
            return;
        }
        boolean first = row.purpose() == Purpose.VALIDATION && !changed;
        fields += "Cache-Control: max-age=" + (first ? 0 : 3600) + "\r\n";
        String body = body(page, changed);
        if (!changed && exchange.says("Range: bytes=0-")) {
            body = body.substring(0, PART);
            fields = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-" + (PART - 1) + "/" + row.length()
                    + "\r\n" + fields;
        } else if (!changed && exchange.says("Range: bytes=" + PART + "-")) {
            body = body.substring(PART);
            fields = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + PART + "-" + (row.length() - 1) + "/"
                    + row.length() + "\r\n" + fields;
        } else {
            fields = "HTTP/1.1 200 OK\r\n" + fields;
        }
        send(exchange, page, held && row.point() != Point.BEFORE_HEAD, fields, body);
    }

    private static void send(RawOrigin.Exchange exchange, Page page, boolean held, String fields, String body)
            throws IOException {
        boolean chunked = page.row.chunked();
        exchange.send(
                fields + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length()) + "\r\n\r\n");
        int already = !held
                ? 0
                : switch (page.row.point()) {
                    case BEFORE_HEAD, AFTER_HEAD -> 0;
                    case IN_BODY -> body.length() / 2;
                    case BEFORE_LAST_BYTE -> body.length() - 1;
                };
        part(exchange, chunked, body.substring(0, already));
        if (held) {
            page.asked.countDown();
            waitFor(page.goOn);
        }
        part(exchange, chunked, body.substring(already));
        if (chunked) {
            exchange.send("0\r\n\r\n");
        }
    }

    private static void part(RawOrigin.Exchange exchange, boolean chunked, String part) throws IOException {
        if (!part.isEmpty()) {
            exchange.send(chunked ? Integer.toHexString(part.length()) + "\r\n" + part + "\r\n" : part);
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
