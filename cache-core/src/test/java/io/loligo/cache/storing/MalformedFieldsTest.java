package io.loligo.cache.storing;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.get;
import static io.loligo.cache.Messages.received;
import static io.loligo.cache.Messages.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("a malformed field makes nothing fresher, or more shared, than its absence would")
class MalformedFieldsTest {
    private static final int RUNS = 4_000;
    private static final StorageRules RULES = new StorageRules(
            FreshnessRules.DEFAULT,
            0,
            1 << 20,
            Duration.ZERO,
            true,
            false,
            false,
            new CacheControlTargets(
                    new CacheControlTargets.Surrogate("edge", false),
                    List.of("Own-Cache-Control", "CDN-Cache-Control")));

    private static final List<String> REQUESTS = List.of("", "", "Authorization: x", "Cookie: a=1");
    private static final List<Integer> STATUSES = List.of(200, 200, 200, 404, 299, 500);
    private static final List<String> OTHERS = List.of(
            "Last-Modified: -100000",
            "ETag: \"a\"",
            "Set-Cookie: a=1",
            "Vary: Cookie",
            "Cache-Control: max-age=60",
            "Cache-Control: no-store",
            "Cache-Control: private, max-age=60",
            "Cache-Control: public",
            "Cache-Control: no-cache",
            "CDN-Cache-Control: max-age=30",
            "Expires: 50",
            "Age: 20");
    private static final List<String> DIRECTIVES = List.of(
            "max-age=900",
            "max-age=900+900",
            "s-maxage=900",
            "public",
            "must-revalidate",
            "stale-while-revalidate=900",
            "immutable",
            "must-understand",
            "max-age=900;edge",
            "content=\"ESI/1.0\"");
    /** Each makes a list of directives malformed, in a structured field and in Surrogate-Control, wherever it stands. */
    private static final List<String> BROKEN =
            List.of("max-age=\"900", "max-age=", "=900", "(", "max age=900", "max-age=900;", "\u00e9", "/x");

    @ParameterizedTest(name = "{0} is as if it were not there")
    @ValueSource(strings = {"Own-Cache-Control", "CDN-Cache-Control", "Surrogate-Control"})
    void targeted(String field) {
        Random random = new Random(field.hashCode());
        for (int run = 0; run < RUNS; run++) {
            Case one = Case.random(random, field);
            String malformed = field + ": " + directives(random, one(random, BROKEN));

            assertThat(said(one, malformed)).as("%s with %s", one, malformed).isEqualTo(said(one, ""));
        }
    }

    @ParameterizedTest(name = "{0} gives no lifetime that its absence would not give, and keeps nobody's cookie")
    @ValueSource(strings = {"Expires", "Age", "Cache-Control"})
    void general(String field) {
        Random random = new Random(field.hashCode());
        for (int run = 0; run < RUNS; run++) {
            Case one = Case.random(random, field);
            String malformed = field + ": "
                    + one(
                            random,
                            List.of(
                                    "x",
                                    "-1",
                                    "5.5",
                                    "1 2",
                                    "\"900",
                                    "max-age=x",
                                    "s-maxage=",
                                    "max-age =900",
                                    "max-age=\"900",
                                    "Thu, 99 Foo 2099 00:00:00 GMT",
                                    "=",
                                    ";"));

            if (one.fields().contains("Set-Cookie") && isStored(one, malformed)) {
                assertThat(isStored(one, "")).as("%s with %s", one, malformed).isTrue();
            }
            assertThat(unvalidatedUntil(one, malformed))
                    .as("%s with %s", one, malformed)
                    .isLessThanOrEqualTo(unvalidatedUntil(one, ""));
        }
    }

    /** A request and what comes back, without the field in question. */
    private record Case(String request, int status, String fields) {
        static Case random(Random random, String without) {
            StringBuilder fields = new StringBuilder("Date: 0");
            for (String other : OTHERS) {
                if (!other.startsWith(without + ":") && random.nextInt(3) == 0) {
                    fields.append(" ¦ ").append(other);
                }
            }
            return new Case(one(random, REQUESTS), one(random, STATUSES), fields.toString());
        }

        StorageVerdict verdict(String more) {
            RequestHead get = get(request);
            ResponseHead answer = response(status, fields + (more.isEmpty() ? "" : " ¦ " + more));
            return StoragePolicy.decide(get, answer, received(0), KEY, RULES);
        }
    }

    private static String directives(Random random, String broken) {
        StringBuilder list = new StringBuilder();
        int count = random.nextInt(4);
        int at = random.nextInt(count + 1);
        for (int i = 0; i <= count; i++) {
            list.append(i == 0 ? "" : ", ").append(i == at ? broken : one(random, DIRECTIVES));
        }
        return list.toString();
    }

    private static String said(Case one, String more) {
        StorageVerdict verdict = one.verdict(more);
        return verdict instanceof StorageVerdict.Store store
                ? "stored " + store.head().directives() + " "
                        + store.freshness().lifetime()
                : verdict.toString();
    }

    private static boolean isStored(Case one, String more) {
        return one.verdict(more) instanceof StorageVerdict.Store;
    }

    /** For how many milliseconds it would be served without asking the origin. */
    private static long unvalidatedUntil(Case one, String more) {
        return one.verdict(more) instanceof StorageVerdict.Store store
                        && StaleRules.alwaysValidated(store.head()) == null
                ? Math.max(
                        0,
                        store.freshness().lifetimeMillis() - store.freshness().ageMillis())
                : 0;
    }

    private static <T> T one(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
