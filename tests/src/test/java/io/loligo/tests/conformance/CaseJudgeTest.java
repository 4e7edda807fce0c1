package io.loligo.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.loligo.tests.RawHttp.Answer;
import io.loligo.tests.RawHttp.Field;
import io.loligo.tests.RawHttp.Head;
import io.loligo.tests.conformance.CaseTranscript.ClientExchange;
import io.loligo.tests.conformance.CaseTranscript.OriginExchange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of the verdicts, with an answer that keeps it and one that breaks it. */
@DisplayName("The verdict on a case")
class CaseJudgeTest {
    private static final String ID = "the-case-id";

    /**
     * One request: {@code request} is its entry in the file of cases, ' for "; then the answer, of which a 200 with the
     * fields of an origin's first answer and the case's id as body is the default; then what the origin saw.
     */
    @ParameterizedTest(name = "{0}: {4}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # rule                        | request                                            | answer                  | at the origin         | verdict
        an answer that is right       | {}                                                 |                         | GET                   | PASSED
        cached                        | {'expected_type':'cached'}                         | Server-Request-Count: 0 |                       | PASSED
        cached                        | {'expected_type':'cached'}                         | Server-Request-Count: 1 | GET                   | FAILED
        cached                        | {'expected_type':'cached'}                         | -Server-Request-Count   |                       | FAILED
        cached, 304 without count     | {'expected_type':'cached','expected_status':304}   | 304; -Server-Request-Count; body= |             | PASSED
        cached, 304 of the origin     | {'expected_type':'cached','expected_status':304}   | 304; Server-Request-Count: 1; body= | GET       | FAILED
        not cached                    | {'expected_type':'not_cached'}                     |                         | GET                   | PASSED
        not cached                    | {'expected_type':'not_cached'}                     | Server-Request-Count: 0 | GET                   | FAILED
        not cached                    | {'expected_type':'not_cached'}                     | Server-Request-Count: 2 | GET                   | FAILED
        not cached                    | {'expected_type':'not_cached'}                     | -Server-Request-Count   | GET                   | FAILED
        not cached, origin not asked  | {'expected_type':'not_cached'}                     |                         |                       | FAILED
        validated by date             | {'expected_type':'lm_validated'}                   |                         | GET If-Modified-Since: x | PASSED
        validated by date             | {'expected_type':'lm_validated'}                   |                         | GET If-None-Match: x  | FAILED
        validated by date             | {'expected_type':'lm_validated'}                   |                         |                       | FAILED
        validated by tag              | {'expected_type':'etag_validated'}                 |                         | GET If-None-Match: x  | PASSED
        validated by tag              | {'expected_type':'etag_validated'}                 |                         | GET                   | FAILED
        999 is no validation          | {'expected_type':'etag_validated'}                 | 999                     | GET If-None-Match: x  | FAILED
        200 unless said otherwise     | {}                                                 | 203                     | GET                   | FAILED
        the origin's status           | {'response_status':[404,'No']}                     | 404                     | GET                   | PASSED
        the origin's status           | {'response_status':[404,'No']}                     | 200                     | GET                   | FAILED
        the expected status           | {'response_status':[503,'No'],'expected_status':200} | 200                   | GET                   | PASSED
        the expected status           | {'response_status':[503,'No'],'expected_status':200} | 503                   | GET                   | FAILED
        any status                    | {'expected_status':null}                           | 502                     | GET                   | PASSED
        no answer, any status         | {'expected_status':null}                           | none                    | GET                   | FAILED
        a field                       | {'expected_response_headers':['A']}                | A: 1                    | GET                   | PASSED
        a field                       | {'expected_response_headers':['A']}                |                         | GET                   | FAILED
        a value                       | {'expected_response_headers':[['A','1, 2']]}       | A: 1; A: 2              | GET                   | PASSED
        a value                       | {'expected_response_headers':[['A','1']]}          | A: 1; A: 2              | GET                   | FAILED
        a value                       | {'expected_response_headers':[['A','1']]}          |                         | GET                   | FAILED
        a date                        | {'expected_response_headers':[['Date',1]]}         | Date: Thu, 01 Jan 1970 00:00:02 GMT | GET       | PASSED
        a date                        | {'expected_response_headers':[['Date',1]]}         | Date: Thu, 01 Jan 1970 00:00:03 GMT | GET       | FAILED
        as another field              | {'expected_response_headers':[['A','=','B']]}      | A: 1; B: 1              | GET                   | PASSED
        as another field              | {'expected_response_headers':[['A','=','B']]}      | A: 1; B: 2              | GET                   | FAILED
        greater                       | {'expected_response_headers':[['Age','>',2]]}      | Age: 3                  | GET                   | PASSED
        greater                       | {'expected_response_headers':[['Age','>',2]]}      | Age: 2                  | GET                   | FAILED
        greater than two lines        | {'expected_response_headers':[['Age','>',2]]}      | Age: 3; Age: 3          | GET                   | FAILED
        greater than nothing          | {'expected_response_headers':[['Age','>',2]]}      |                         | GET                   | FAILED
        no such field                 | {'expected_response_headers_missing':['A']}        |                         | GET                   | PASSED
        no such field                 | {'expected_response_headers_missing':['A']}        | a:                      | GET                   | FAILED
        not that value                | {'expected_response_headers_missing':[['A','1']]}  | A: 2                    | GET                   | PASSED
        not that value                | {'expected_response_headers_missing':[['A','1']]}  | A: 2, 1                 | GET                   | FAILED
        interim responses             | {'expected_interim_responses':[[103,[['A','1']]]]} | interim=103 A: 1        | GET                   | PASSED
        interim responses             | {'expected_interim_responses':[[103,[['A','1']]]]} | interim=103 A: 2        | GET                   | FAILED
        interim responses             | {'expected_interim_responses':[[102]]}             |                         | GET                   | FAILED
        interim responses             | {'expected_interim_responses':[[102]]}             | interim=103             | GET                   | FAILED
        no interim responses          | {'expected_interim_responses':[]}                  | interim=103             | GET                   | FAILED
        the case's id as body         | {}                                                 | body=other              | GET                   | FAILED
        a given body                  | {'response_body':'b'}                              | body=b                  | GET                   | PASSED
        a given body                  | {'response_body':'b'}                              |                         | GET                   | FAILED
        an expected body              | {'response_body':'b','expected_response_text':'c'} | body=c                  | GET                   | PASSED
        an expected body              | {'response_body':'b','expected_response_text':'c'} | body=b                  | GET                   | FAILED
        any body                      | {'check_body':false}                               | body=other              | GET                   | PASSED
        a body cut short              | {}                                                 | cut                     | GET                   | FAILED
        no body to HEAD               | {'request_method':'HEAD'}                          |                         | HEAD                  | FAILED
        the method                    | {'expected_method':'HEAD'}                         |                         | HEAD                  | PASSED
        the method                    | {'expected_method':'HEAD'}                         |                         | GET                   | FAILED
        the method                    | {'expected_method':'HEAD'}                         |                         |                       | FAILED
        a field of the request        | {'expected_request_headers':[['A','1']]}           |                         | GET A: 1              | PASSED
        a field of the request        | {'expected_request_headers':[['A','1']]}           |                         | GET A: 2              | FAILED
        a field of the request        | {'expected_request_headers':['A']}                 |                         |                       | FAILED
        no such field of the request  | {'expected_request_headers_missing':['A']}         |                         | GET A: 1              | FAILED
        what the origin sent          | {'expected_type':'not_cached'}                     | X: 1, 2                 | GET sent X: 1, 2      | PASSED
        what the origin sent          | {'expected_type':'not_cached'}                     | X: 1; X: 2              | GET sent X: 1, 2      | PASSED
        what the origin sent          | {'expected_type':'not_cached'}                     | X: 1                    | GET sent X: 1, 2      | FAILED
        what the origin sent          | {}                                                 |                         | GET sent X: 1         | FAILED
        asked twice                   | {}                                                 | Request-Numbers: 1 1    | GET                   | RETRY
        asked twice, set-up           | {'setup':true}                                     | Request-Numbers: 1 1    | GET                   | RETRY
        the set-up                    | {'setup':true,'expected_type':'cached'}            |                         | GET                   | SETUP
        no answer in the set-up       | {'setup':true}                                     | none                    | GET                   | SETUP
        a check of the set-up         | {'setup_tests':['expected_type'],'expected_type':'cached'} |                 | GET                   | SETUP
        another check                 | {'setup_tests':['expected_type'],'expected_status':304}    |                 | GET                   | FAILED
        """)
    void of_one_request(String rule, String request, String answer, String atOrigin, CaseVerdict expected) {
        ConformanceCase subject =
                cases("{'id':'c','requests':[" + request + "]}").get(0);

        assertThat(judge(subject, answer, atOrigin).verdict()).isEqualTo(expected);
    }

    @Test
    void an_observation_is_answered_yes_or_no() {
        ConformanceCase subject = cases("{'id':'c','kind':'check','requests':[{'expected_type':'not_cached'}]}")
                .get(0);

        assertThat(judge(subject, null, "GET").verdict()).isEqualTo(CaseVerdict.YES);
        assertThat(judge(subject, "Server-Request-Count: 0", "GET").verdict()).isEqualTo(CaseVerdict.NO);
    }

    @Test
    void the_first_request_that_fails_decides() {
        ConformanceCase subject = cases("{'id':'c','requests':[{'setup':true,'expected_status':404},{}]}")
                .get(0);

        assertThat(judge(subject, null, "GET").verdict()).isEqualTo(CaseVerdict.SETUP);
    }

    @Test
    void a_request_that_was_never_sent_fails() {
        ConformanceCase subject = cases("{'id':'c','requests':[{},{}]}").get(0);

        assertThat(judge(subject, null, "GET").why()).isEqualTo("request 2: was not sent");
    }

    @Test
    void a_case_that_builds_on_one_that_did_not_pass_is_blocked() {
        List<ConformanceCase> cases = cases("""
                {'id':'no','kind':'check','requests':[{'expected_status':404}]},
                {'id':'on-no','depends_on':['no'],'requests':[{}]},
                {'id':'on-on-no','depends_on':['on-no'],'requests':[{}]},
                {'id':'yes','kind':'check','requests':[{}]},
                {'id':'on-yes','depends_on':['yes'],'requests':[{}]}""");

        Map<String, CaseVerdict> verdicts =
                CaseJudge.withDependencies(
                                cases.stream().map(c -> judge(c, null, "GET")).toList())
                        .stream()
                        .collect(Collectors.toMap(result -> result.subject().id(), CaseResult::verdict));

        assertThat(verdicts)
                .isEqualTo(Map.of(
                        "no", CaseVerdict.NO,
                        "on-no", CaseVerdict.BLOCKED,
                        "on-on-no", CaseVerdict.BLOCKED,
                        "yes", CaseVerdict.YES,
                        "on-yes", CaseVerdict.PASSED));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'id':'c','requests':[{'expected_weather':'fine'}]}          | c, request 1: unknown keys [expected_weather]
        {'id':'c','mood':'good','requests':[{}]}                     | c: unknown keys [mood]
        {'id':'c','requests':[{'expected_type':'stale'}]}            | c, request 1: unknown ResponseType stale
        {'id':'c','requests':[{'setup_tests':['weather']}]}          | c, request 1: unknown Check weather
        {'id':'c','requests':[]}                                     | c: has no requests
        {'id':'c','depends_on':['d'],'requests':[{}]}                | c: depends on d, which is not in the test
        """)
    void what_the_reader_does_not_understand_is_an_error(String subject, String error) {
        assertThatIllegalArgumentException().isThrownBy(() -> cases(subject)).withMessage(error);
    }

    @Test
    void the_floor_names_what_fell() {
        List<ConformanceCase> cases = cases("""
                {'id':'r1','requests':[{}]},
                {'id':'r2','requests':[{'expected_status':404}]},
                {'id':'o','kind':'optimal','requests':[{'expected_status':404}]},
                {'id':'c','kind':'check','requests':[{}]}""");
        var totals = new Totals(
                cases.stream().map(subject -> judge(subject, null, "GET")).toList());

        var reached = new Floor(1, Set.of("r2"), 0, Map.of("c", CaseVerdict.YES));
        var wanted = new Floor(2, Set.of(), 1, Map.of("c", CaseVerdict.NO, "gone", CaseVerdict.YES));

        assertThat(reached.shortfalls(totals)).isEmpty();
        assertThat(wanted.shortfalls(totals))
                .containsExactlyInAnyOrder(
                        "required case r2 did not pass",
                        "1 required cases passed, the floor is 2",
                        "0 optimal cases passed, the floor is 1",
                        "c was answered YES, expected NO",
                        "gone was answered null, expected YES");
        assertThat(reached.raisedTo(totals).requiredMayFail()).containsExactly("r2");
    }

    private static List<ConformanceCase> cases(String tests) {
        try {
            String json = "[{'id':'s','tests':[" + tests + "]}]";
            return CaseFile.parse(new JsonMapper().readTree(json.replace('\'', '"')), "the test");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Null stands for an empty cell. */
    private static CaseResult judge(ConformanceCase subject, @Nullable String answer, @Nullable String atOrigin) {
        var transcript = new CaseTranscript(
                ID,
                List.of(exchange(answer == null ? "" : answer)),
                atOrigin == null ? List.of() : List.of(origin(atOrigin)));
        return CaseJudge.judge(subject, transcript);
    }

    /** Parts separated by "; ": a status, "Name: value", "-Name", "body=…", "interim=…", "cut", or "none" alone. */
    private static ClientExchange exchange(String text) {
        if (text.equals("none")) {
            return new ClientExchange("", null, "closed");
        }
        int status = 200;
        String body = ID;
        boolean complete = true;
        List<Head> interim = new ArrayList<>();
        List<Field> fields = new ArrayList<>(fields("Server-Request-Count: 1; Request-Numbers: 1; Server-Now: 1000"));
        for (String part : Arrays.asList(text.isEmpty() ? new String[0] : text.split("; ", -1))) {
            if (part.matches("\\d{3}")) {
                status = Integer.parseInt(part);
            } else if (part.startsWith("body=")) {
                body = part.substring(5);
            } else if (part.startsWith("interim=")) {
                interim.add(new Head(
                        "HTTP/1.1 " + part.substring(8, 11) + " x",
                        fields(part.substring(11).strip())));
            } else if (part.equals("cut")) {
                complete = false;
            } else if (part.startsWith("-")) {
                fields.removeIf(field -> field.name().equals(part.substring(1)));
            } else {
                List<Field> more = fields(part);
                fields.removeIf(field -> field.name().matches("(Server|Request)-.*")
                        && field.name().equals(more.get(0).name()));
                fields.addAll(more);
            }
        }
        return new ClientExchange(
                "",
                new Answer(
                        interim,
                        new Head("HTTP/1.1 " + status + " x", fields),
                        body.getBytes(StandardCharsets.ISO_8859_1),
                        complete),
                "");
    }

    /** "METHOD Name: value", and after "sent " what the origin sent. */
    private static OriginExchange origin(String text) {
        String[] parts = text.split(" sent ", -1);
        String[] request = parts[0].split(" ", 2);
        return new OriginExchange(
                1,
                request[0],
                new Head(request[0] + " / HTTP/1.1", request.length > 1 ? fields(request[1]) : List.of()),
                "",
                parts.length > 1 ? fields(parts[1]) : List.of());
    }

    private static List<Field> fields(String text) {
        Function<String, Field> field = line -> {
            int colon = line.indexOf(':');
            return new Field(line.substring(0, colon), line.substring(colon + 1).strip());
        };
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("; ", -1)).map(field).toList();
    }
}
