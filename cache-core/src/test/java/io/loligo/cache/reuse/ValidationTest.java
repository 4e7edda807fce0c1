package io.loligo.cache.reuse;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.at;
import static io.loligo.cache.Messages.fields;
import static io.loligo.cache.Messages.get;
import static io.loligo.cache.Messages.received;
import static io.loligo.cache.Messages.request;
import static io.loligo.cache.Messages.response;
import static io.loligo.cache.Messages.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.SelectingFields;
import io.loligo.cache.status.ForwardReason;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidationTest {
    private static final ReuseRules RULES = new ReuseRules(FreshnessRules.DEFAULT, false);

    @Test
    @DisplayName(
            "RFC 9111 §4.3.1: our validators, both kinds, as the origin wrote them, in place of the client's conditions")
    void conditions() {
        StoredHead stored = stored(200, "Date: 0 ¦ ETag: W/\"a\" ¦ Last-Modified: Sunday, 06-Nov-94 08:49:37 GMT");
        Fields client = fields("Host: a.example ¦ If-None-Match: \"x\" ¦ If-Modified-Since: -5 ¦ If-Match: \"x\""
                + " ¦ If-Unmodified-Since: 5 ¦ If-Range: \"x\" ¦ Range: bytes=0-1 ¦ Abc: 123");

        assertThat(Validation.of(stored).requestFields(client))
                .isEqualTo(fields("Host: a.example ¦ Abc: 123 ¦ If-None-Match: W/\"a\""
                        + " ¦ If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"));
    }

    @DisplayName("RFC 9111 §4.3.1: what can be asked")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        an ETag                     | ETag: "a"             | true
        a Last-Modified             | Last-Modified: -5     | true
        neither                     | X: y                  | false
        a Last-Modified that is none| Last-Modified: lately | false
        """)
    void conditional(String rule, String fields, boolean expected) {
        assertThat(Validation.of(stored(200, "Date: 0 ¦ " + fields)).isConditional())
                .isEqualTo(expected);
    }

    @DisplayName("RFC 9111 §4.3.3, §4.2.4: what the answer means; stored with max-age=10, asked at second 20")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                        | stored                                        | why     | method | answer | its fields             | outcome
        304: still good                               | ETag: "a"                                     | STALE   | GET    | 304    | -                      | not modified, FRESHEN
        304 with the same ETag                        | ETag: "a"                                     | STALE   | GET    | 304    | ETag: "a"              | not modified, FRESHEN
        304 with the weak form of it                  | ETag: "a"                                     | STALE   | GET    | 304    | ETag: W/"a"            | not modified, FRESHEN
        §4.3.4 304 about another one                  | ETag: "a"                                     | STALE   | GET    | 304    | ETag: "b"              | ask again
        304 to Last-Modified brings an ETag           | Last-Modified: -5                             | STALE   | GET    | 304    | ETag: "b"              | not modified, FRESHEN
        304 that forbids to keep it                   | ETag: "a"                                     | STALE   | GET    | 304    | Cache-Control: no-store| not modified, REMOVE
        304 to no condition                           | X: y                                          | STALE   | GET    | 304    | -                      | origin error
        200: a new one                                | ETag: "a"                                     | STALE   | GET    | 200    | ETag: "b"              | replace
        404: a new one                                | ETag: "a"                                     | STALE   | GET    | 404    | -                      | replace
        600: a new one                                | ETag: "a"                                     | STALE   | GET    | 600    | -                      | replace
        5xx: the stale one instead                    | ETag: "a"                                     | STALE   | GET    | 503    | -                      | serve stale
        5xx, no validator                             | X: y                                          | STALE   | GET    | 500    | -                      | serve stale
        5xx and must-revalidate                       | Cache-Control: must-revalidate                | STALE   | GET    | 503    | -                      | pass on MUST_REVALIDATE
        5xx and stale-if-error passed                 | Cache-Control: stale-if-error=5               | STALE   | GET    | 503    | -                      | pass on STALE_IF_ERROR
        5xx and the client insisted                   | ETag: "a"                                     | REQUEST | GET    | 503    | -                      | pass on null
        §4.3.5 HEAD: learns from 200                  | ETag: "a"                                     | STALE   | HEAD   | 200    | ETag: "a"              | head freshened
        §4.3.5 HEAD: another one                      | ETag: "a"                                     | STALE   | HEAD   | 200    | ETag: "b"              | head out of date
        §4.3.5 HEAD: 304                              | ETag: "a"                                     | STALE   | HEAD   | 304    | -                      | not modified, FRESHEN
        no answer: the stale one instead              | ETag: "a"                                     | STALE   | GET    | 0      | -                      | serve stale
        no answer and s-maxage                        | Cache-Control: s-maxage=5                     | STALE   | GET    | 0      | -                      | gateway error S_MAXAGE
        no answer and no-cache                        | Cache-Control: no-cache                       | STALE   | GET    | 0      | -                      | gateway error NO_CACHE
        no answer and the client insisted             | ETag: "a"                                     | REQUEST | GET    | 0      | -                      | gateway error null
        """)
    void outcome(
            String rule,
            String storedFields,
            ForwardReason why,
            String method,
            int answer,
            @Nullable String answerFields,
            String expected) {
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: max-age=10 ¦ " + storedFields);
        RequestHead request = request(method, "");
        Reuse.Validate verdict = new Reuse.Validate(
                stored,
                Freshness.of(stored, at(20), FreshnessRules.DEFAULT),
                why == ForwardReason.STALE ? ReuseGround.STALE : ReuseGround.MAX_AGE);

        ValidationOutcome outcome = answer == 0
                ? ValidationOutcome.unanswered(verdict, at(20), RULES)
                : ValidationOutcome.answered(
                        request,
                        verdict,
                        Validation.of(stored),
                        response(answer, answerFields == null ? "" : answerFields),
                        received(20),
                        RULES);

        assertThat(said(outcome)).isEqualTo(expected);
    }

    @DisplayName("RFC 9111 §5.2.1.5: of an exchange with the client's no-store nothing is kept, and nothing is lost")
    @ParameterizedTest(name = "ignore-cc {0}")
    @CsvSource({"false, LEAVE", "true, FRESHEN"})
    void requestNoStore(boolean ignoreCc, ValidationOutcome.Upkeep expected) {
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: max-age=10 ¦ ETag: \"a\"");
        Freshness freshness = Freshness.of(stored, at(20), FreshnessRules.DEFAULT);

        ValidationOutcome outcome = ValidationOutcome.answered(
                get("Cache-Control: no-store"),
                new Reuse.Validate(stored, freshness, ReuseGround.STALE),
                Validation.of(stored),
                response(304, ""),
                received(20),
                new ReuseRules(FreshnessRules.DEFAULT, ignoreCc));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ValidationOutcome.NotModified.class,
                        notModified -> assertThat(notModified.upkeep()).isEqualTo(expected));
    }

    @DisplayName("RFC 9111 §3.2: what a 304 does to the stored fields")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                 | stored                    | 304                         | after
        what it omits stays                    | X: 1                      | Date: 20                    | X: 1 ¦ Date: 20
        what it has replaces                   | X: 1 ¦ Y: 1               | Date: 20 ¦ x: 2             | Y: 1 ¦ Date: 20 ¦ x: 2
        all lines of a name                    | X: 1 ¦ X: 2               | Date: 20 ¦ X: 3             | Date: 20 ¦ X: 3
        by all lines of it                     | X: 1                      | Date: 20 ¦ X: 2 ¦ X: 3      | Date: 20 ¦ X: 2 ¦ X: 3
        Content-Length is not stored           | X: 1                      | Date: 20 ¦ Content-Length: 5| X: 1 ¦ Date: 20
        Content-Encoding is the body's         | Content-Encoding: gzip    | Date: 20 ¦ Content-Encoding: br | Content-Encoding: gzip ¦ Date: 20
        Content-Range is the body's            | X: 1                      | Date: 20 ¦ Content-Range: x | X: 1 ¦ Date: 20
        Content-Foo is not                     | Content-Foo: 1            | Date: 20 ¦ Content-Foo: 2   | Date: 20 ¦ Content-Foo: 2
        hop-by-hop fields                      | X: 1                      | Date: 20 ¦ Connection: Y ¦ Y: 1 ¦ Keep-Alive: 5 | X: 1 ¦ Date: 20
        Age is not stored                      | X: 1                      | Date: 20 ¦ Age: 5           | X: 1 ¦ Date: 20
        §5.2.2.4 fields not to be reused       | Cache-Control: no-cache="a" ¦ X: 1 | Date: 20 ¦ A: 1        | Cache-Control: no-cache="a" ¦ X: 1 ¦ Date: 20
        a Date is added                        | X: 1 ¦ Date: 0            | Y: 1                        | X: 1 ¦ Y: 1 ¦ Date: 20
        """)
    void freshened(String rule, String storedFields, String notModified, String expected) {
        StoredHead stored = stored(200, storedFields);

        StoredHead freshened = Freshening.notModified(stored, response(304, notModified), received(20), Fields.EMPTY);

        assertThat(freshened.fields()).isEqualTo(fields(expected));
        assertThat(freshened.id()).isEqualTo(stored.id());
        assertThat(freshened.bodyLength()).isEqualTo(stored.bodyLength());
        assertThat(freshened.status()).isEqualTo(200);
    }

    @Test
    @DisplayName("RFC 9111 §4.3.4: it is as young as the 304, and its Age goes on from the 304's")
    void freshenedAge() {
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: max-age=10");
        ResponseTimes times = new ResponseTimes(at(18), at(20));

        StoredHead freshened = Freshening.notModified(stored, response(304, "Date: 20 ¦ Age: 3"), times, Fields.EMPTY);

        assertThat(freshened.ageMillis(at(21))).isEqualTo(6_000);
        assertThat(Freshness.of(freshened, at(24), FreshnessRules.DEFAULT).isFresh())
                .isTrue();
        assertThat(Freshness.of(freshened, at(25), FreshnessRules.DEFAULT).isFresh())
                .isFalse();
    }

    @Test
    @DisplayName("RFC 9111 §4.1: a 304 with another Vary makes the request's fields count that it names")
    void freshenedVary() {
        StoredHead stored = stored(200, "Date: 0");

        StoredHead freshened =
                Freshening.notModified(stored, response(304, "Date: 20 ¦ Vary: Foo"), received(20), fields("Foo: 1"));

        assertThat(freshened.selecting().matches(fields("Foo: 1"))).isTrue();
        assertThat(freshened.selecting().matches(fields("Foo: 2"))).isFalse();
    }

    @DisplayName("RFC 9111 §4.3.4: a variant that a 304 names for another request is for both from then on")
    @ParameterizedTest(name = "304 with {0}")
    @CsvSource({"Vary: Foo", "Vary: foo", "X: y"})
    void freshenedForAnother(String notModified) {
        StoredHead freshened =
                Freshening.notModified(variant("Foo: 1"), response(304, notModified), received(20), fields("Foo: 2"));

        assertThat(freshened.selecting().matches(fields("Foo: 1"))).isTrue();
        assertThat(freshened.selecting().matches(fields("Foo: 2"))).isTrue();
        assertThat(freshened.selecting().matches(fields("Foo: 3"))).isFalse();

        StoredHead again =
                Freshening.notModified(freshened, response(304, notModified), received(30), fields("Foo: 2"));
        assertThat(again.selecting()).isEqualTo(freshened.selecting());
    }

    @Test
    @DisplayName("RFC 9111 §4.1: where other fields count from now on, only this request's are known")
    void freshenedWithOtherNames() {
        StoredHead both = Freshening.notModified(variant("Foo: 1"), response(304, ""), received(20), fields("Foo: 2"));

        StoredHead freshened =
                Freshening.notModified(both, response(304, "Vary: Bar"), received(30), fields("Foo: 2 ¦ Bar: 1"));

        assertThat(freshened.selecting()).isEqualTo(new SelectingFields(false, Fields.of("bar", "1")));
    }

    private static StoredHead variant(String request) {
        Fields response = fields("Date: 0 ¦ Vary: Foo ¦ ETag: \"a\"");
        return new StoredHead(
                7, KEY, SelectingFields.of(response, fields(request)), 200, "OK", response, received(0), 1_000);
    }

    @DisplayName("RFC 9111 §4.3.5: does the answer to a HEAD agree with what is stored (1,000 bytes)?")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        nothing against it     | 200 | -                                     | true
        the same length        | 200 | Content-Length: 1000                  | true
        another length         | 200 | Content-Length: 1001                  | false
        the same validators    | 200 | ETag: "a" ¦ Last-Modified: -5         | true
        another ETag           | 200 | ETag: "b"                             | false
        another Last-Modified  | 200 | Last-Modified: -4                     | false
        another status         | 410 | -                                     | false
        """)
    void byHead(String rule, int status, @Nullable String answer, boolean agrees) {
        StoredHead stored = stored(200, "Date: 0 ¦ ETag: \"a\" ¦ Last-Modified: -5 ¦ X: 1");
        String fields = "Date: 20 ¦ X: 2" + (answer == null ? "" : " ¦ " + answer);

        StoredHead freshened = Freshening.byHead(stored, response(status, fields), received(20), Fields.EMPTY);

        assertThat(freshened != null).isEqualTo(agrees);
        if (freshened != null) {
            assertThat(freshened.fields().first("X")).isEqualTo("2");
        }
    }

    @Test
    @DisplayName("RFC 5861 §3: what is served stale is validated as stale")
    void inTheBackground() {
        StoredHead stored = stored(200, "Date: 0 ¦ Cache-Control: max-age=1, stale-while-revalidate=9");
        Reuse verdict = ReusePolicy.decide(get(""), java.util.List.of(stored), at(5), RULES);

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Reuse.ServeStaleAndValidate.class,
                        serve -> assertThat(serve.validate().ground()).isEqualTo(ReuseGround.STALE));
    }

    private static String said(ValidationOutcome outcome) {
        return outcome.match(new ValidationOutcome.Cases<>() {
            @Override
            public String notModified(ValidationOutcome.NotModified notModified) {
                return "not modified, " + notModified.upkeep();
            }

            @Override
            public String replace(ValidationOutcome.Replace replace) {
                return "replace";
            }

            @Override
            public String headAnswered(ValidationOutcome.HeadAnswered answered) {
                return answered.freshened() == null ? "head out of date" : "head freshened";
            }

            @Override
            public String serveStale(ValidationOutcome.ServeStale stale) {
                return "serve stale";
            }

            @Override
            public String passOn(ValidationOutcome.PassOn passOn) {
                return "pass on " + name(passOn.obstacle());
            }

            @Override
            public String gatewayError(ValidationOutcome.GatewayError error) {
                return "gateway error " + name(error.obstacle());
            }

            @Override
            public String askAgain(ValidationOutcome.AskAgain again) {
                return "ask again";
            }

            @Override
            public String originError(ValidationOutcome.OriginError error) {
                return "origin error";
            }
        });
    }

    private static String name(StaleRules.@Nullable Obstacle obstacle) {
        return obstacle == null ? "null" : obstacle.name();
    }
}
