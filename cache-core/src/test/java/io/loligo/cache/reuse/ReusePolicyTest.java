package io.loligo.cache.reuse;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.at;
import static io.loligo.cache.Messages.fields;
import static io.loligo.cache.Messages.get;
import static io.loligo.cache.Messages.received;
import static io.loligo.cache.Messages.refreshPattern;
import static io.loligo.cache.Messages.request;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.status.ForwardReason;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReusePolicyTest {
    private static final ReuseRules RULES = new ReuseRules(FreshnessRules.DEFAULT, false);

    @DisplayName("RFC 9111 §4: cache or origin? Stored at second 0")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                      | stored: Cache-Control                | request                                  | now | verdict
        fresh                                       | max-age=60                           | -                                        | 59  | serve
        stale                                       | max-age=60                           | -                                        | 60  | validate stale
        §5.2.2.4 no-cache, though fresh             | max-age=60, no-cache                 | -                                        | 1   | validate stale
        private, kept by ignore-private             | max-age=60, private                  | -                                        | 1   | validate stale
        §5.2.2.2 must-revalidate, fresh             | max-age=60, must-revalidate          | -                                        | 1   | serve
        §5.2.2.2 must-revalidate, stale             | max-age=60, must-revalidate          | Cache-Control: max-stale                 | 61  | validate stale
        §5.2.1.4 no-cache                           | max-age=60                           | Cache-Control: no-cache                  | 1   | reload
        §5.4 Pragma                                 | max-age=60                           | Pragma: no-cache                         | 1   | reload
        §5.4 Pragma beside Cache-Control            | max-age=60                           | Pragma: no-cache ¦ Cache-Control: foo    | 1   | serve
        unknown directives                          | max-age=60                           | Cache-Control: foo ¦ Pragma: bar         | 1   | serve
        §5.2.1.5 no-store says nothing about reuse  | max-age=60                           | Cache-Control: no-store                  | 1   | serve
        §5.2.1.1 max-age                            | max-age=60                           | Cache-Control: max-age=10                | 10  | serve
        §5.2.1.1 older than max-age                 | max-age=60                           | Cache-Control: max-age=10                | 11  | validate request
        §5.2.1.1 max-age=0                          | max-age=60                           | Cache-Control: max-age=0                 | 0   | validate request
        RFC 8246 immutable: max-age=0 is overheard  | max-age=60, immutable                | Cache-Control: max-age=0                 | 1   | serve
        RFC 8246 immutable, but stale               | max-age=60, immutable                | Cache-Control: max-age=0                 | 61  | validate request
        RFC 8246 immutable: no-cache counts         | max-age=60, immutable                | Cache-Control: no-cache                  | 1   | reload
        §5.2.1.3 min-fresh                          | max-age=60                           | Cache-Control: min-fresh=10              | 50  | serve
        §5.2.1.3 not fresh for so long              | max-age=60                           | Cache-Control: min-fresh=10              | 51  | validate request
        §5.2.1.2 max-stale                          | max-age=60                           | Cache-Control: max-stale=10              | 70  | serve
        §5.2.1.2 more stale                         | max-age=60                           | Cache-Control: max-stale=10              | 71  | validate stale
        §5.2.1.2 of any staleness                   | max-age=60                           | Cache-Control: max-stale                 | 999 | serve
        §5.2.1.2 min-fresh before max-stale         | max-age=60                           | Cache-Control: max-stale, min-fresh=1    | 70  | validate stale
        §5.2.1.7 only-if-cached, fresh              | max-age=60                           | Cache-Control: only-if-cached            | 1   | serve
        §5.2.1.7 only-if-cached, stale              | max-age=60                           | Cache-Control: only-if-cached            | 61  | 504 stale
        §5.2.1.7 with no-cache                      | max-age=60                           | Cache-Control: only-if-cached, no-cache  | 1   | 504 request
        RFC 5861 §3 stale-while-revalidate          | max-age=60, stale-while-revalidate=9 | -                                        | 69  | serve and validate
        RFC 5861 §3 beyond it                       | max-age=60, stale-while-revalidate=9 | -                                        | 70  | validate stale
        RFC 5861 §3 not for who asks for new        | max-age=60, stale-while-revalidate=9 | Cache-Control: no-cache                  | 61  | reload
        RFC 5861 §3 not for who wants it fresh      | max-age=60, stale-while-revalidate=9 | Cache-Control: min-fresh=1               | 61  | validate stale
        RFC 5861 §3 with only-if-cached             | max-age=60, stale-while-revalidate=9 | Cache-Control: only-if-cached            | 61  | serve and validate
        conditions and ranges do not matter here    | max-age=60                           | If-None-Match: "x" ¦ If-Modified-Since: 9 ¦ Range: bytes=0-1 | 1 | serve
        """)
    void decide(String rule, String directives, @Nullable String request, long now, String expected) {
        StoredHead stored = stored(200, "Date: 0 ¦ ETag: \"a\" ¦ Cache-Control: " + directives);

        assertThat(said(ReusePolicy.decide(get(request == null ? "" : request), List.of(stored), at(now), RULES)))
                .isEqualTo(expected);
    }

    @DisplayName("RFC 9111 §4: nothing stored that could be used")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                | method  | request                                   | stored | verdict
        nothing stored                        | GET     | -                                         | false  | fetch uri-miss
        §4.1 another variant                  | GET     | Foo: 2                                    | true   | fetch vary-miss
        §4.1 this variant                     | GET     | Foo: 1                                    | true   | serve
        HEAD is answered from what GET stored | HEAD    | Foo: 1                                    | true   | serve
        §5.2.1.7 nothing stored               | GET     | Cache-Control: only-if-cached             | false  | 504 uri-miss
        §5.2.1.7 another variant              | GET     | Foo: 2 ¦ Cache-Control: only-if-cached    | true   | 504 vary-miss
        POST is for the origin                | POST    | Foo: 1                                    | true   | fetch method
        OPTIONS is for the origin             | OPTIONS | Foo: 1                                    | true   | fetch method
        methods have case                     | get     | Foo: 1                                    | true   | fetch method
        GET with a body is for the origin     | GET     | Foo: 1 ¦ Content-Length: 5                | true   | fetch bypass
        GET with a chunked body               | GET     | Foo: 1 ¦ Transfer-Encoding: chunked       | true   | fetch bypass
        GET with an empty body                | GET     | Foo: 1 ¦ Content-Length: 0                | true   | serve
        """)
    void misses(String rule, String method, @Nullable String request, boolean isStored, String expected) {
        List<StoredHead> stored = isStored ? List.of(variant("1", "\"a\"")) : List.of();

        assertThat(said(ReusePolicy.decide(request(method, request == null ? "" : request), stored, at(1), RULES)))
                .isEqualTo(expected);
    }

    @DisplayName("RFC 9110 §15.5.2: a stored 401 is no answer to who brings credentials")
    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource(nullValues = "-", textBlock = """
        401, -,                                                    serve
        401, Authorization: Basic x,                               fetch request
        401, Authorization: Basic x ¦ Cache-Control: only-if-cached, 504 request
        403, Authorization: Basic x,                               serve
        """)
    void credentials(int status, @Nullable String request, String expected) {
        StoredHead stored = stored(status, "Date: 0 ¦ Cache-Control: max-age=60");

        assertThat(said(ReusePolicy.decide(get(request == null ? "" : request), List.of(stored), at(1), RULES)))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("RFC 9111 §4.1: of several that match, the most recent; the others stay for those whom they match")
    void selects() {
        StoredHead two = variant("2", "\"two\"");
        StoredHead newer = variant("1", "\"newer\"");
        StoredHead older = variant("1", "\"older\"");

        Reuse verdict = ReusePolicy.decide(get("Foo: 1"), List.of(two, newer, older), at(1), RULES);

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Reuse.Serve.class, serve -> assertThat(serve.stored()).isSameAs(newer));
    }

    @DisplayName("Squid's refresh_pattern options and ignore-cc, against a client's reload; max-age=60")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                              | refresh_pattern             | ignore-cc | request                                   | verdict
        ignore-reload: no-cache             | 0 20% 9 ignore-reload       | false     | Cache-Control: no-cache                   | serve
        ignore-reload: Pragma               | 0 20% 9 ignore-reload       | false     | Pragma: no-cache                          | serve
        ignore-reload: max-age=0            | 0 20% 9 ignore-reload       | false     | Cache-Control: max-age=0                  | serve
        ignore-reload: not max-age=1        | 0 20% 9 ignore-reload       | false     | Cache-Control: max-age=1                  | validate request
        reload-into-ims validates           | 0 20% 9 reload-into-ims     | false     | Cache-Control: no-cache                   | validate request
        refresh-ims                         | 0 20% 9 refresh-ims         | false     | If-Modified-Since: -9                     | validate request
        without refresh-ims                 | 0 20% 9                     | false     | If-Modified-Since: -9                     | serve
        refresh-ims: only with a condition  | 0 20% 9 refresh-ims         | false     | -                                         | serve
        ignore-cc: no-cache                 | -                           | true      | Cache-Control: no-cache                   | serve
        ignore-cc: max-age                  | -                           | true      | Cache-Control: max-age=1                  | serve
        ignore-cc: Pragma                   | -                           | true      | Pragma: no-cache                          | serve
        ignore-cc: min-fresh                | -                           | true      | Cache-Control: min-fresh=99               | serve
        """)
    void operator(String rule, @Nullable String line, boolean ignoreCc, @Nullable String request, String expected) {
        FreshnessRules freshness =
                new FreshnessRules(refreshPattern(line == null ? "" : line), Duration.ofDays(7), Duration.ZERO);
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: max-age=60");

        assertThat(said(ReusePolicy.decide(
                        get(request == null ? "" : request),
                        List.of(stored),
                        at(10),
                        new ReuseRules(freshness, ignoreCc))))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("a fresh hit, varied by Accept-Encoding, costs next to no garbage")
    void allocation() {
        Fields response = fields("Date: 0 ¦ ETag: \"a\" ¦ Cache-Control: max-age=60 ¦ Vary: Accept-Encoding");
        RequestHead request = get("Host: a.example ¦ User-Agent: x ¦ Accept: */* ¦ Accept-Encoding: gzip, deflate, br");
        StoredHead stored = new StoredHead(
                1, KEY, SelectingFields.of(response, request.fields()), 200, "OK", response, received(0), 10);
        List<StoredHead> found = List.of(stored);
        Instant now = at(10);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int requests = 50_000;
        long bytes = Long.MAX_VALUE;
        // The first rounds run interpreted; the measure is the best of all.
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < requests; i++) {
                assertServed(ReusePolicy.decide(request, found, now, RULES));
            }
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(bytes / requests).as("bytes per request").isLessThanOrEqualTo(100);
    }

    @Test
    @DisplayName(
            "RFC 9111 §4.1: a later answer that forgot its Vary does not hide the variant that was made for the request")
    void varyForgotten() {
        StoredHead variant = variant("1", "\"a\"");
        StoredHead byDefault = stored(200, "Date: 5 ¦ Cache-Control: max-age=60");
        List<StoredHead> newestFirst = List.of(byDefault, variant);

        assertThat(ReusePolicy.decide(get("Foo: 1"), newestFirst, at(10), RULES))
                .isInstanceOfSatisfying(
                        Reuse.Serve.class, serve -> assertThat(serve.stored()).isSameAs(variant));
        assertThat(ReusePolicy.decide(get("Foo: 2"), newestFirst, at(10), RULES))
                .isInstanceOfSatisfying(
                        Reuse.Serve.class, serve -> assertThat(serve.stored()).isSameAs(byDefault));
    }

    @DisplayName("which variants the origin may name for a request that chose another one, by their ETags")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                   | vary            | the two stored tags | candidates
        one strong tag each                      | Accept-Language | "a" and "b"         | 2
        one tag for both                         | Accept-Language | "a" and "a"         | 0
        weak tags                                | Accept-Language | W/"a" and W/"b"     | 0
        only one is strong                       | Accept-Language | "a" and W/"b"       | 0
        Accept-Encoding tells them apart         | Accept-Encoding | "a" and "b"         | 0
        """)
    void nameableVariants(String rule, String vary, String tags, int candidates) {
        String[] each = tags.split(" and ", -1);
        List<StoredHead> stored = List.of(varied(1, vary, "x1", each[0]), varied(2, vary, "x2", each[1]));

        assertThat(ReusePolicy.decide(get(vary + ": x3"), stored, at(10), RULES))
                .isInstanceOfSatisfying(Reuse.Fetch.class, fetch -> {
                    assertThat(fetch.why()).isEqualTo(ForwardReason.VARY_MISS);
                    assertThat(fetch.candidates()).hasSize(candidates);
                });
    }

    private static StoredHead varied(long id, String vary, String value, String tag) {
        Fields response = fields("Date: 0 ¦ Vary: " + vary + " ¦ ETag: " + tag);
        return new StoredHead(
                id, KEY, SelectingFields.of(response, Fields.of(vary, value)), 200, "OK", response, received(0), 10);
    }

    @DisplayName("RFC 9110 §12.5.3: a variant that the client cannot read is none that the origin may name for it")
    @ParameterizedTest(name = "Accept-Encoding: {0}")
    @CsvSource({"br, 0", "gzip;q=0, 0", "'br, gzip', 0"})
    void unreadableVariant(String accepted, int candidates) {
        Fields response = fields("Date: 0 ¦ Vary: Accept-Encoding ¦ Content-Encoding: gzip ¦ ETag: \"a\"");
        StoredHead stored = new StoredHead(
                1,
                KEY,
                SelectingFields.of(response, Fields.of("Accept-Encoding", "gzip")),
                200,
                "OK",
                response,
                received(0),
                10);

        assertThat(ReusePolicy.decide(get("Accept-Encoding: " + accepted), List.of(stored), at(10), RULES))
                .isInstanceOfSatisfying(Reuse.Fetch.class, fetch -> {
                    assertThat(fetch.why()).isEqualTo(ForwardReason.VARY_MISS);
                    assertThat(fetch.candidates()).hasSize(candidates);
                });
    }

    private static void assertServed(Reuse verdict) {
        if (!(verdict instanceof Reuse.Serve)) {
            throw new AssertionError(verdict);
        }
    }

    /** Chosen by {@code Foo}, fresh for a minute. */
    private static StoredHead variant(String foo, String etag) {
        Fields response = fields("Date: 0 ¦ Cache-Control: max-age=60 ¦ Vary: Foo ¦ ETag: " + etag);
        return new StoredHead(
                1, KEY, SelectingFields.of(response, Fields.of("Foo", foo)), 200, "OK", response, received(0), 10);
    }

    private static String said(Reuse verdict) {
        return verdict.match(new Reuse.Cases<>() {
            @Override
            public String serve(Reuse.Serve serve) {
                return "serve";
            }

            @Override
            public String serveStaleAndValidate(Reuse.ServeStaleAndValidate serve) {
                return "serve and validate";
            }

            @Override
            public String validate(Reuse.Validate validate) {
                return "validate " + validate.why().token();
            }

            @Override
            public String reload(Reuse.Reload reload) {
                return "reload";
            }

            @Override
            public String fetch(Reuse.Fetch fetch) {
                return "fetch " + fetch.why().token();
            }

            @Override
            public String gatewayTimeout(Reuse.GatewayTimeout timeout) {
                return "504 " + timeout.why().token();
            }
        });
    }
}
