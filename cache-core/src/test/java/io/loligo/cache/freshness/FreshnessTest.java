package io.loligo.cache.freshness;

import static io.loligo.cache.Messages.at;
import static io.loligo.cache.Messages.received;
import static io.loligo.cache.Messages.refreshPattern;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.Freshness.Source;
import io.loligo.cache.http.HttpDate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreshnessTest {

    @DisplayName("RFC 9111 §4.2.1: the lifetime that the origin gives; stored at second 0 with Date: 0")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # case                                | fields                                                     | lifetime | source
        max-age                               | Cache-Control: max-age=60                                  |  60      | MAX_AGE
        §5.2.2.10 s-maxage before max-age     | Cache-Control: max-age=60, s-maxage=5                      |   5      | S_MAXAGE
        also when it is longer                | Cache-Control: max-age=5, s-maxage=60                      |  60      | S_MAXAGE
        max-age before Expires                | Cache-Control: max-age=60 ¦ Expires: 5                     |  60      | MAX_AGE
        max-age=0 before a future Expires     | Cache-Control: max-age=0 ¦ Expires: 60                     |   0      | MAX_AGE
        an invalid max-age before Expires     | Cache-Control: max-age=x ¦ Expires: 60                     |   0      | MAX_AGE
        Expires counts from Date              | Expires: 60                                                |  60      | EXPIRES
        Expires equal to Date                 | Expires: 0                                                 |   0      | EXPIRES
        Expires in the past                   | Expires: -60                                               |   0      | EXPIRES
        §5.3 an Expires that is no date       | Expires: soon                                              |   0      | EXPIRES
        §5.3 Expires twice                    | Expires: 60 ¦ Expires: 60                                  |   0      | EXPIRES
        RFC 9213 targeted: Expires is silent  | CDN-Cache-Control: public ¦ Expires: 60                    |   0      | NONE
        RFC 9213 targeted                     | CDN-Cache-Control: max-age=5 ¦ Cache-Control: max-age=60   |   5      | MAX_AGE
        nothing                               | X: y                                                       |   0      | NONE
        """)
    void explicit(String rule, String fields, long lifetime, Source source) {
        Freshness freshness = Freshness.of(stored(200, "Date: 0 ¦ " + fields), at(0), FreshnessRules.DEFAULT);

        assertThat(freshness.lifetime()).hasSeconds(lifetime);
        assertThat(freshness.source()).isEqualTo(source);
    }

    @DisplayName("a soft purge ends the lifetime, whoever gave it; stored at second 0 with Date: 0")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # case                                    | fields                                    | purged | now | fresh | lifetime | staleness | source
        stale from then on                        | Cache-Control: max-age=60                 |   20   |  20 | false |   20     |    0      | PURGE
        and ever more so                          | Cache-Control: max-age=60                 |   20   |  50 | false |   20     |   30      | PURGE
        what was stale before is as stale as ever | Cache-Control: max-age=60                 |  100   | 150 | false |   60     |   90      | MAX_AGE
        a heuristic lifetime ends too             | Last-Modified: -1000                      |   20   |  30 | false |   20     |   10      | PURGE
        a clock set back makes nothing fresh      | Cache-Control: max-age=60                 |   20   |  10 | false |   10     |    0      | PURGE
        purged in the second it was stored        | Cache-Control: max-age=60                 |    0   |   5 | false |    0     |    5      | PURGE
        """)
    void softPurge(
            String rule,
            String fields,
            long purged,
            long now,
            boolean fresh,
            long lifetime,
            long stale,
            Source source) {
        StoredHead head = stored(200, "Date: 0 ¦ " + fields).withStaleness(at(purged), 1);

        Freshness freshness = Freshness.of(head, at(now), FreshnessRules.DEFAULT);

        assertThat(freshness.isFresh()).isEqualTo(fresh);
        assertThat(freshness.lifetime()).hasSeconds(lifetime);
        assertThat(freshness.stalenessMillis()).isEqualTo(stale * 1_000);
        assertThat(freshness.source()).isEqualTo(source);
    }

    @Test
    @DisplayName("RFC 9111 §4.2.1: Expires counts from the origin's Date, not from our clock")
    void expiresFromDate() {
        StoredHead fastClock = stored(200, "Date: 1000 ¦ Expires: 1010");
        StoredHead withoutDate = stored(200, "Expires: 10");
        StoredHead withBadDate = stored(200, "Date: today ¦ Expires: 10");

        assertThat(Freshness.of(fastClock, at(0), FreshnessRules.DEFAULT).lifetime())
                .hasSeconds(10);
        assertThat(Freshness.of(withoutDate, at(0), FreshnessRules.DEFAULT).lifetime())
                .hasSeconds(10);
        assertThat(Freshness.of(withBadDate, at(0), FreshnessRules.DEFAULT).lifetime())
                .hasSeconds(10);
    }

    @Test
    @DisplayName("RFC 9111 §4.2: fresh while the lifetime exceeds the age")
    void fresh() {
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: max-age=60");

        assertThat(Freshness.of(stored, at(60).minusMillis(1), FreshnessRules.DEFAULT)
                        .isFresh())
                .isTrue();
        assertThat(Freshness.of(stored, at(60), FreshnessRules.DEFAULT).isFresh())
                .isFalse();
    }

    @Test
    @DisplayName("RFC 9211 §2.5: ttl is negative once it is stale; Age is whole seconds")
    void seconds() {
        Freshness stale = new Freshness(60_000, 62_500, Source.MAX_AGE);

        assertThat(stale.ttlSeconds()).isEqualTo(-3);
        assertThat(stale.ageSeconds()).isEqualTo(62);
        assertThat(stale.stalenessMillis()).isEqualTo(2_500);
        assertThat(new Freshness(60_000, 500, Source.MAX_AGE).ttlSeconds()).isEqualTo(59);
    }

    @DisplayName("RFC 9111 §4.2.2: which statuses a heuristic may be put to: 20 % of 1000 s since Last-Modified")
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
        200 |        | 200
        203 |        | 200
        204 |        | 200
        300 |        | 200
        301 |        | 200
        308 |        | 200
        404 |        | 200
        405 |        | 200
        410 |        | 200
        414 |        | 200
        501 |        | 200
        201 |        | 0
        202 |        | 0
        302 |        | 0
        307 |        | 0
        403 |        | 0
        500 |        | 0
        502 |        | 0
        503 |        | 0
        504 |        | 0
        599 |        | 0
        599 | public | 200
        """)
    void heuristic(int status, String directive, long lifetime) {
        StoredHead stored = stored(
                status, "Date: 0 ¦ Last-Modified: -1000 ¦ Cache-Control: " + (directive == null ? "x" : directive));

        assertThat(Freshness.of(stored, at(0), FreshnessRules.DEFAULT).lifetime())
                .hasSeconds(lifetime);
    }

    @DisplayName("Squid's refresh_pattern, in seconds: MIN PERCENT% MAX options; max_stale is 1000 s")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # case                                      | refresh_pattern               | fields                                              | now  | lifetime | source
        no line: 20 %                               | ``                            | Last-Modified: -100                                 | 0    | 20       | LAST_MODIFIED
        no line: three days                         | ``                            | Last-Modified: -99999999                            | 0    | 259200   | LAST_MODIFIED
        PERCENT                                     | 0 50% 9999                    | Last-Modified: -100                                 | 0    | 50       | LAST_MODIFIED
        PERCENT may exceed 100                      | 0 200% 9999                   | Last-Modified: -100                                 | 0    | 200      | LAST_MODIFIED
        a PERCENT without end                       | 0 2147483647% 31536000        | Last-Modified: -9999999999                          | 0    | 31536000 | LAST_MODIFIED
        MAX caps PERCENT                            | 0 50% 30                      | Last-Modified: -100                                 | 0    | 30       | LAST_MODIFIED
        MIN is not asked beside Last-Modified       | 500 20% 9999                  | Last-Modified: -100                                 | 0    | 20       | LAST_MODIFIED
        MIN counts without Last-Modified            | 500 20% 9999                  | X: y                                                | 0    | 500      | MIN
        MIN where Last-Modified is not before Date  | 500 20% 9999                  | Last-Modified: 0                                    | 0    | 500      | MIN
        MAX caps MIN                                | 500 20% 400                   | X: y                                                | 0    | 400      | MIN
        MIN is not asked beside an expiry           | 500 20% 9999                  | Cache-Control: max-age=5                            | 10   | 5        | MAX_AGE
        MAX does not cap an expiry                  | 0 20% 10                      | Cache-Control: max-age=60                           | 20   | 60       | MAX_AGE
        override-expire stretches to MIN            | 500 20% 9999 override-expire  | Cache-Control: max-age=5                            | 10   | 500      | OVERRIDE_EXPIRE
        override-expire on Expires                  | 500 20% 9999 override-expire  | Expires: -5                                         | 10   | 500      | OVERRIDE_EXPIRE
        override-expire does not shorten            | 3 20% 9999 override-expire    | Cache-Control: max-age=5                            | 10   | 5        | MAX_AGE
        override-expire: not against must-revalidate| 500 20% 9999 override-expire  | Cache-Control: max-age=5, must-revalidate           | 10   | 5        | MAX_AGE
        override-expire: not against s-maxage       | 500 20% 9999 override-expire  | Cache-Control: s-maxage=5                           | 10   | 5        | S_MAXAGE
        override-expire: not against no-cache       | 500 20% 9999 override-expire  | Cache-Control: max-age=5, no-cache                  | 10   | 5        | MAX_AGE
        override-expire: no further than max_stale  | 5000 20% 9999 override-expire | Cache-Control: max-age=5                            | 10   | 1005     | OVERRIDE_EXPIRE
        override-expire: or max-stale=              | 5000 20% 9999 override-expire max-stale=50 | Cache-Control: max-age=5               | 10   | 55       | OVERRIDE_EXPIRE
        override-expire is not override-lastmod     | 500 20% 9999 override-expire  | Last-Modified: -100                                 | 30   | 20       | LAST_MODIFIED
        override-lastmod stretches to MIN           | 500 20% 9999 override-lastmod | Last-Modified: -100                                 | 30   | 500      | OVERRIDE_LASTMOD
        override-lastmod: no further than MAX       | 500 20% 100 override-lastmod  | Last-Modified: -100                                 | 30   | 100      | OVERRIDE_LASTMOD
        override-lastmod is not override-expire     | 500 20% 9999 override-lastmod | Cache-Control: max-age=5                            | 10   | 5        | MAX_AGE
        """)
    void refreshPatterns(String rule, String line, String fields, long now, long lifetime, Source source) {
        FreshnessRules rules = new FreshnessRules(refreshPattern(line), Duration.ofSeconds(1_000), Duration.ZERO);

        Freshness freshness = Freshness.of(stored(200, "Date: 0 ¦ " + fields), at(now), rules);

        assertThat(freshness.lifetime()).hasSeconds(lifetime);
        assertThat(freshness.source()).isEqualTo(source);
        assertThat(freshness.age()).hasSeconds(now);
    }

    @DisplayName("a refresh_pattern's MIN is for Squid's positive statuses, negative_ttl=30 for its errors")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        200 |                           | 500 | MIN
        301 |                           | 500 | MIN
        410 |                           | 500 | MIN
        302 |                           |   0 | NONE
        400 |                           |   0 | NONE
        501 |                           |   0 | NONE
        404 |                           |  30 | NEGATIVE_TTL
        503 |                           |  30 | NEGATIVE_TTL
        404 | Last-Modified: -1000      |  30 | NEGATIVE_TTL
        404 | Cache-Control: max-age=5  |   5 | MAX_AGE
        """)
    void statuses(int status, String fields, long lifetime, Source source) {
        FreshnessRules rules =
                new FreshnessRules(refreshPattern("500 20% 9999"), Duration.ofDays(7), Duration.ofSeconds(30));

        Freshness freshness = Freshness.of(stored(status, "Date: 0 ¦ " + (fields == null ? "" : fields)), at(0), rules);

        assertThat(freshness.lifetime()).hasSeconds(lifetime);
        assertThat(freshness.source()).isEqualTo(source);
    }

    @Test
    @DisplayName("a refresh_pattern is asked once per stored head, and not for one that is fresh by its own word")
    void asksRarely() {
        AtomicInteger asked = new AtomicInteger();
        RefreshRules refresh = new RefreshRules(List.of(new RefreshRule(
                ".",
                url -> asked.incrementAndGet() > 0,
                null,
                Duration.ofHours(1),
                20,
                Duration.ofDays(1),
                null,
                Set.of(),
                "test")));
        FreshnessRules rules = new FreshnessRules(refresh, Duration.ofDays(7), Duration.ZERO);

        Freshness.of(stored(200, "Date: 0 ¦ Cache-Control: max-age=60"), at(0), rules);
        assertThat(asked).hasValue(0);

        StoredHead undated = stored(200, "Date: 0");
        Freshness.of(undated, at(0), rules);
        Freshness.of(undated, at(1), rules);
        assertThat(asked).hasValue(1);
    }

    @Test
    @DisplayName("withId changes the name and the length, and nothing else")
    void withId() {
        StoredHead head = stored(200, "Date: 0 ¦ ETag: \"a\" ¦ Cache-Control: max-age=60 ¦ Last-Modified: -9");
        StoredHead named = head.withId(42, 99);

        assertThat(named.id()).isEqualTo(42);
        assertThat(named.bodyLength()).isEqualTo(99);
        assertThat(named.withId(head.id(), head.bodyLength())).isEqualTo(head).hasSameHashCodeAs(head);
        assertThat(named.etag()).isEqualTo(head.etag());
        assertThat(named.lastModified()).isEqualTo(at(-9));
        assertThat(named.directives()).isEqualTo(head.directives());
        assertThat(named.ageMillis(at(5))).isEqualTo(5_000);
        assertThat(named).isNotEqualTo(head).hasToString(named.toString());
    }

    @DisplayName("a validation without news, at second 20: as if it had been stored then")
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "Cache-Control: max-age=60",
                "Expires: 60",
                "Expires: 20 ¦ Vary: Foo",
                "Expires: 10",
                "Last-Modified: -9",
                "ETag: W/\"a\"",
                "Cache-Control: no-cache ¦ Vary: Foo"
            })
    void validated(String others) {
        StoredHead validated = Objects.requireNonNull(
                stored(200, "Date: 0 ¦ " + others).validated(HttpDate.format(at(20)), received(20)));
        StoredHead stored = stored(200, "Date: 20 ¦ " + others);
        StoredHead expected = new StoredHead(
                stored.id(),
                stored.key(),
                stored.selecting(),
                200,
                stored.reason(),
                stored.fields(),
                received(20),
                stored.bodyLength());

        assertThat(validated).isEqualTo(expected);
        for (boolean ignoreExpire : new boolean[] {false, true}) {
            FreshnessRules rules =
                    new FreshnessRules(RefreshRules.NONE, Duration.ofDays(7), Duration.ZERO, ignoreExpire, false);
            assertThat(Freshness.of(validated, at(30), rules)).isEqualTo(Freshness.of(expected, at(30), rules));
        }
        assertThat(validated.date()).isEqualTo(expected.date());
        assertThat(validated.etag()).isEqualTo(expected.etag());
    }

    @DisplayName("a validation without news needs the one Date to put another in its place")
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"X: y", "Date: 0 ¦ Date: 1"})
    void notValidated(String fields) {
        assertThat(stored(200, fields).validated(HttpDate.format(at(20)), received(20)))
                .isNull();
    }
}
