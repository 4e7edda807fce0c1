package io.loligo.cache.reuse;

import static io.loligo.cache.Messages.at;
import static io.loligo.cache.Messages.get;
import static io.loligo.cache.Messages.refreshPattern;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.cache.freshness.RefreshRules;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.status.ForwardReason;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Squid's check whether a stored object is fresh, line by line: each row is a line of it, or says which RFC overrules it.
 * refresh_pattern in seconds; stored at second 0 with Date: 0; max_stale is 1000 s. Verdicts: hit; ims, which validates;
 * reload, which fetches anew; a trailing {@code !} says that an error of the origin is passed on, not covered by the
 * stored object.
 */
class RefreshCheckTest {

    @DisplayName("Squid's refresh check")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # line                                             | refresh_pattern                        | set                | stored                                              | request                          | now    | verdict
        no line matches: min 0                             | -                                      | -                  | ETag: "a"                                           | -                                | 0      | ims
        no line matches: 20 %                              | -                                      | -                  | Last-Modified: -1000                                | -                                | 199    | hit
        no line matches: 20 %, no more                     | -                                      | -                  | Last-Modified: -1000                                | -                                | 200    | ims
        no line matches: max three days                    | -                                      | -                  | Last-Modified: -9999999                             | -                                | 259200 | ims
        no line matches: max_stale holds, as in Squid 6    | -                                      | -                  | Last-Modified: -1000                                | -                                | 1200   | ims
        min-fresh adds to the age                          | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: min-fresh=10      | 51     | ims!
        RFC 9111 §5.2.1.3: fresh for at least so long      | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: min-fresh=10      | 50     | hit
        RFC 9111 §5.2.1.1: max-age is about the age alone  | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: min-fresh=10, max-age=20 | 15 | hit
        expires: fresh before                              | -                                      | -                  | Expires: 60                                         | -                                | 59     | hit
        expires: stale from then on                        | -                                      | -                  | Expires: 60                                         | -                                | 60     | ims
        expires: MIN plays no part                         | 500 20% 999                            | -                  | Expires: 60                                         | -                                | 60     | ims
        expires: MAX plays no part                         | 0 20% 10                               | -                  | Expires: 60                                         | -                                | 59     | hit
        vary_ignore_expire: as if not set                  | 500 20% 999                            | vary_ignore_expire | Expires: 0 ¦ Vary: Foo                              | -                                | 400    | hit
        vary_ignore_expire: only beside Vary               | 500 20% 999                            | vary_ignore_expire | Expires: 0                                          | -                                | 400    | ims
        vary_ignore_expire: only when equal to Date        | 500 20% 999                            | vary_ignore_expire | Expires: -1 ¦ Vary: Foo                             | -                                | 400    | ims
        vary_ignore_expire: not for what is no date        | 500 20% 999                            | vary_ignore_expire | Expires: 0x ¦ Vary: Foo                             | -                                | 400    | ims
        vary_ignore_expire: not for two lines              | 500 20% 999                            | vary_ignore_expire | Expires: 0 ¦ Expires: 0 ¦ Vary: Foo                 | -                                | 400    | ims
        vary_ignore_expire: off                            | 500 20% 999                            | -                  | Expires: 0 ¦ Vary: Foo                              | -                                | 400    | ims
        RFC 9111 §5.3: max-age is before Expires           | 500 20% 999                            | vary_ignore_expire | Cache-Control: max-age=5 ¦ Expires: 0 ¦ Vary: Foo   | -                                | 400    | ims
        age above MAX                                      | 500 20% 100                            | -                  | X: y                                                | -                                | 101    | ims
        Last-Modified: below PERCENT                       | 0 50% 999                              | -                  | Last-Modified: -100                                 | -                                | 49     | hit
        Last-Modified: above it                            | 0 50% 999                              | -                  | Last-Modified: -100                                 | -                                | 50     | ims
        Last-Modified: MIN is not consulted                | 500 50% 999                            | -                  | Last-Modified: -100                                 | -                                | 50     | ims
        Last-Modified not before Date: MIN                 | 500 50% 999                            | -                  | Last-Modified: 0                                    | -                                | 499    | hit
        below MIN                                          | 500 20% 999                            | -                  | X: y                                                | -                                | 499    | hit
        not below MIN                                      | 500 20% 999                            | -                  | X: y                                                | -                                | 500    | ims
        stale beyond stale-if-error                        | -                                      | -                  | Cache-Control: max-age=10, stale-if-error=20        | -                                | 31     | ims!
        stale within stale-if-error                        | -                                      | -                  | Cache-Control: max-age=10, stale-if-error=20        | -                                | 30     | ims
        200: no-cache                                      | -                                      | -                  | Cache-Control: max-age=60, no-cache                 | -                                | 1      | ims!
        200: private stored by ignore-private              | 0 20% 999 ignore-private               | -                  | Cache-Control: max-age=60, private                  | -                                | 1      | ims!
        200: stale and must-revalidate                     | -                                      | -                  | Cache-Control: max-age=60, must-revalidate          | Cache-Control: max-stale         | 61     | ims!
        200: stale and proxy-revalidate                    | -                                      | -                  | Cache-Control: max-age=60, proxy-revalidate         | Cache-Control: max-stale         | 61     | ims!
        200: stale and s-maxage                            | -                                      | -                  | Cache-Control: s-maxage=60                          | Cache-Control: max-stale         | 61     | ims!
        202: refresh-ims                                   | 0 20% 999 refresh-ims                  | -                  | Cache-Control: max-age=60                           | If-Modified-Since: -9            | 1      | ims!
        202: refresh_all_ims                               | 0 20% 999                              | refresh_all_ims    | Cache-Control: max-age=60                           | If-Modified-Since: -9            | 1      | ims!
        202: refresh_all_ims where no line matches         | -                                      | refresh_all_ims    | Cache-Control: max-age=60                           | If-Modified-Since: -9            | 1      | ims!
        202: only a request with a condition               | 0 20% 999 refresh-ims                  | -                  | Cache-Control: max-age=60                           | -                                | 1      | hit
        202: not with ignore-cc                            | 0 20% 999 refresh-ims                  | ignore-cc          | Cache-Control: max-age=60                           | If-Modified-Since: -9            | 1      | hit
        no-cache: ignore-reload                            | 0 20% 999 ignore-reload                | -                  | Cache-Control: max-age=60                           | Cache-Control: no-cache          | 1      | hit
        no-cache: ignore-reload before reload-into-ims     | 0 20% 999 ignore-reload reload-into-ims | reload_into_ims   | Cache-Control: max-age=60                           | Cache-Control: no-cache          | 1      | hit
        no-cache: ignore-reload, but stale                 | 0 20% 999 ignore-reload                | -                  | Cache-Control: max-age=60                           | Cache-Control: no-cache          | 61     | ims
        201: reload-into-ims                               | 0 20% 999 reload-into-ims              | -                  | Cache-Control: max-age=60                           | Cache-Control: no-cache          | 1      | ims!
        201: reload_into_ims                               | 0 20% 999                              | reload_into_ims    | Cache-Control: max-age=60                           | Pragma: no-cache                 | 1      | ims!
        202: no-cache, a full fetch                        | 0 20% 999                              | -                  | Cache-Control: max-age=60                           | Cache-Control: no-cache          | 1      | reload
        no-cache with ignore-cc                            | -                                      | ignore-cc          | Cache-Control: max-age=60                           | Cache-Control: no-cache          | 1      | hit
        203: max-age                                       | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: max-age=10        | 11     | ims!
        203: younger than max-age                          | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: max-age=10        | 10     | hit
        203: max-age=0                                     | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: max-age=0         | 0      | ims!
        203: ignore-reload ignores max-age=0               | 0 20% 999 ignore-reload                | -                  | Cache-Control: max-age=60                           | Cache-Control: max-age=0         | 1      | hit
        203: ignore-reload, not max-age=1                  | 0 20% 999 ignore-reload                | -                  | Cache-Control: max-age=60                           | Cache-Control: max-age=1         | 2      | ims!
        203: immutable                                     | -                                      | -                  | Cache-Control: max-age=60, immutable                | Cache-Control: max-age=0         | 1      | hit
        RFC 8246 §2: immutable while it is fresh           | -                                      | -                  | Cache-Control: max-age=60, immutable                | Cache-Control: max-age=0         | 61     | ims!
        100: max-stale without a value                     | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: max-stale         | 999    | hit
        101: max-stale=N                                   | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: max-stale=10      | 69     | hit
        RFC 9111 §5.2.1.2: by no more than N               | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: max-stale=10      | 70     | hit
        101: staler than N                                 | -                                      | -                  | Cache-Control: max-age=60                           | Cache-Control: max-stale=10      | 71     | ims
        max-stale with ignore-cc                           | -                                      | ignore-cc          | Cache-Control: max-age=60                           | Cache-Control: max-stale         | 61     | ims
        207: beyond max_stale                              | -                                      | -                  | Cache-Control: max-age=60                           | -                                | 1061   | ims!
        207: beyond the line's max-stale=                  | 0 20% 999 max-stale=20                 | -                  | Cache-Control: max-age=60                           | -                                | 81     | ims!
        207: within the line's max-stale=                  | 0 20% 999 max-stale=2000               | -                  | Cache-Control: max-age=60                           | -                                | 1061   | ims
        105: override-expire up to MIN                     | 500 20% 999 override-expire            | -                  | Expires: 60                                         | -                                | 499    | hit
        204: override-expire beyond MIN                    | 500 20% 999 override-expire            | -                  | Expires: 60                                         | -                                | 500    | ims
        204: without override-expire                       | 500 20% 999                            | -                  | Expires: 60                                         | -                                | 61     | ims
        override-expire does not beat must-revalidate      | 500 20% 999 override-expire            | -                  | Cache-Control: max-age=60, must-revalidate          | -                                | 61     | ims!
        override-expire does not beat no-cache             | 500 20% 999 override-expire            | -                  | Cache-Control: max-age=60, no-cache                 | -                                | 61     | ims!
        override-expire does not beat private              | 500 20% 999 override-expire            | -                  | Cache-Control: max-age=60, private                  | -                                | 61     | ims!
        override-expire does not beat s-maxage             | 500 20% 999 override-expire            | -                  | Cache-Control: s-maxage=60                          | -                                | 61     | ims!
        override-expire does not beat max_stale            | 5000 20% 9999 override-expire          | -                  | Expires: 60                                         | -                                | 1061   | ims!
        205: above MAX, whatever overrides                 | 500 20% 100 override-lastmod           | -                  | Last-Modified: -100                                 | -                                | 101    | ims
        106: override-lastmod up to MIN                    | 500 20% 999 override-lastmod           | -                  | Last-Modified: -100                                 | -                                | 499    | hit
        206: override-lastmod beyond MIN                   | 500 20% 999 override-lastmod           | -                  | Last-Modified: -100                                 | -                                | 500    | ims
        206: without override-lastmod                      | 500 20% 999                            | -                  | Last-Modified: -100                                 | -                                | 21     | ims
        299: stale by no flag                              | 0 20% 999                              | -                  | X: y                                                | -                                | 1      | ims
        offline_mode: all is fresh                         | -                                      | offline_mode       | Cache-Control: max-age=60                           | -                                | 99999  | hit
        offline_mode: nothing is validated                 | 0 20% 999 refresh-ims                  | offline_mode       | Cache-Control: max-age=60                           | Cache-Control: max-age=0 ¦ If-Modified-Since: -9 | 1 | hit
        offline_mode: a reload is a reload                 | -                                      | offline_mode       | Cache-Control: max-age=60                           | Cache-Control: no-cache          | 1      | reload
        RFC 9111 §4.2.4: offline_mode, must-revalidate     | -                                      | offline_mode       | Cache-Control: max-age=60, must-revalidate          | -                                | 61     | ims!
        RFC 9111 §5.2.2.4: offline_mode, no-cache          | -                                      | offline_mode       | Cache-Control: max-age=60, no-cache                 | -                                | 1      | ims!
        """)
    void refreshCheck(
            String line,
            @Nullable String pattern,
            @Nullable String set,
            String response,
            @Nullable String request,
            long now,
            String expected) {
        StoredHead stored = stored(200, "Date: 0 ¦ " + response);

        assertThat(verdict(stored, pattern, set, request, now)).isEqualTo(expected);
    }

    @DisplayName("Squid's negative_ttl, 30 s")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        an error for its time                              | 404 | X: y                              | -                          | 29  | hit
        and no longer                                      | 404 | X: y                              | -                          | 30  | ims
        an explicit expiry, if there is one                | 404 | Cache-Control: max-age=60         | -                          | 59  | hit
        which is over                                      | 404 | Expires: -1                       | -                          | 1   | ims
        the client's max-age=0 is ignored                  | 404 | X: y                              | Cache-Control: max-age=0   | 1   | hit
        and its If-Modified-Since                          | 404 | X: y                              | If-Modified-Since: -9      | 1   | hit
        the client's no-cache fetches                      | 404 | X: y                              | Cache-Control: no-cache    | 1   | reload
        RFC 9111 §5.2.2.4: the reply's no-cache counts     | 404 | Cache-Control: no-cache           | -                          | 1   | ims!
        a page is no error: max-age=0 counts               | 200 | Cache-Control: max-age=60         | Cache-Control: max-age=0   | 1   | ims!
        400 may be due to one client's odd request         | 400 | X: y                              | -                          | 1   | ims
        """)
    void negative(String line, int status, String response, @Nullable String request, long now, String expected) {
        StoredHead stored = stored(status, "Date: 0 ¦ " + response);

        assertThat(verdict(stored, "0 20% 999 refresh-ims", "negative_ttl", request, now))
                .isEqualTo(expected);
    }

    private static String verdict(
            StoredHead stored, @Nullable String pattern, @Nullable String set, @Nullable String request, long now) {
        Set<Option> everywhere = EnumSet.noneOf(Option.class);
        if ("refresh_all_ims".equals(set)) {
            everywhere.add(Option.REFRESH_IMS);
        } else if ("reload_into_ims".equals(set)) {
            everywhere.add(Option.RELOAD_INTO_IMS);
        }
        RefreshRules refresh = refreshPattern(pattern == null ? "" : pattern).everywhere(everywhere);
        FreshnessRules rules = new FreshnessRules(
                refresh,
                Duration.ofSeconds(1_000),
                "negative_ttl".equals(set) ? Duration.ofSeconds(30) : Duration.ZERO,
                "vary_ignore_expire".equals(set),
                "offline_mode".equals(set));
        Reuse reuse = ReusePolicy.decide(
                get(request == null ? "" : request),
                List.of(stored),
                at(now),
                new ReuseRules(rules, "ignore-cc".equals(set)));
        if (reuse instanceof Reuse.Serve) {
            return "hit";
        }
        if (reuse instanceof Reuse.Reload) {
            return "reload";
        }
        assertThat(reuse).isInstanceOf(Reuse.Validate.class);
        boolean covered = ((Reuse.Validate) reuse).why() != ForwardReason.REQUEST
                && StaleRules.onError(stored, Freshness.of(stored, at(now), rules), rules) == null;
        return covered ? "ims" : "ims!";
    }
}
