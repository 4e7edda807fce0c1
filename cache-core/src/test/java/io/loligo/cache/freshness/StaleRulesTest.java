package io.loligo.cache.freshness;

import static io.loligo.cache.Messages.at;
import static io.loligo.cache.Messages.fields;
import static io.loligo.cache.Messages.refreshPattern;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StaleRules.Obstacle;
import io.loligo.cache.http.RequestDirectives;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaleRulesTest {

    @DisplayName("RFC 9111 §4.2.4, RFC 5861 §4: may it stand in for an origin that fails? max_stale is 100 s")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                           | refresh_pattern        | directives                          | age | obstacle
        nothing forbids it               | -                      | max-age=10                          | 50  | -
        §5.2.2.2 must-revalidate         | -                      | max-age=10, must-revalidate         | 50  | MUST_REVALIDATE
        §5.2.2.8 proxy-revalidate        | -                      | max-age=10, proxy-revalidate        | 50  | PROXY_REVALIDATE
        §5.2.2.10 s-maxage               | -                      | s-maxage=10                         | 50  | S_MAXAGE
        §5.2.2.4 no-cache                | -                      | max-age=10, no-cache                | 50  | NO_CACHE
        private, kept by ignore-private  | -                      | max-age=10, private                 | 50  | PRIVATE
        within max_stale                 | -                      | max-age=10                          | 110 | -
        beyond max_stale                 | -                      | max-age=10                          | 111 | MAX_STALE
        max-stale= before max_stale      | 0 20% 9 max-stale=200  | max-age=10                          | 150 | -
        beyond max-stale=                | 0 20% 9 max-stale=20   | max-age=10                          | 31  | MAX_STALE
        within stale-if-error            | -                      | max-age=10, stale-if-error=30       | 40  | -
        beyond stale-if-error            | -                      | max-age=10, stale-if-error=30       | 41  | STALE_IF_ERROR
        stale-if-error: not against must | -                      | max-age=10, stale-if-error=30, must-revalidate | 40  | MUST_REVALIDATE
        max_stale is the operator's cap  | -                      | max-age=10, stale-if-error=500      | 200 | MAX_STALE
        """)
    void onError(String rule, @Nullable String line, String directives, long age, @Nullable Obstacle expected) {
        FreshnessRules rules =
                new FreshnessRules(refreshPattern(line == null ? "" : line), Duration.ofSeconds(100), Duration.ZERO);
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: " + directives);

        assertThat(StaleRules.onError(stored, Freshness.of(stored, at(age), rules), rules))
                .isEqualTo(expected);
    }

    @DisplayName("RFC 5861 §3 stale-while-revalidate, RFC 9111 §5.2.1.2 max-stale")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                          | response                                              | request      | age | at once | to the client
        within the window               | max-age=10, stale-while-revalidate=30                 | -            | 40  | true    | false
        beyond the window               | max-age=10, stale-while-revalidate=30                 | -            | 41  | false   | false
        no window                       | max-age=10                                            | -            | 20  | false   | false
        not against must-revalidate     | max-age=10, stale-while-revalidate=30, must-revalidate| max-stale    | 20  | false   | false
        not against s-maxage            | s-maxage=10, stale-while-revalidate=30                | max-stale    | 20  | false   | false
        max-stale of any size           | max-age=10                                            | max-stale    | 999 | false   | true
        within max-stale                | max-age=10                                            | max-stale=30 | 40  | false   | true
        beyond max-stale                | max-age=10                                            | max-stale=30 | 41  | false   | false
        """)
    void served(String rule, String response, @Nullable String request, long age, boolean atOnce, boolean toTheClient) {
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: " + response);
        Freshness freshness = Freshness.of(stored, at(age), FreshnessRules.DEFAULT);
        RequestDirectives directives = RequestDirectives.of(fields(request == null ? "" : "Cache-Control: " + request));

        assertThat(StaleRules.mayServeWhileRevalidating(stored, freshness)).isEqualTo(atOnce);
        assertThat(StaleRules.mayServeToClient(stored, freshness, directives)).isEqualTo(toTheClient);
    }
}
