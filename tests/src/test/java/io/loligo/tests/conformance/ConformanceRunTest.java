package io.loligo.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The runner's own client and origin, with no proxy in between: what no cache can pass, and what it does not change. */
@DisplayName("A run without a proxy")
class ConformanceRunTest {

    private static Map<String, CaseResult> run(String tests) {
        try (CaseOrigin origin = CaseOrigin.start(0)) {
            List<ConformanceCase> cases = CaseFile.parse(
                    new JsonMapper().readTree(("[{'id':'s','tests':[" + tests + "]}]").replace('\'', '"')), "the test");
            return ConformanceRun.of(
                            cases,
                            origin,
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), origin.port()),
                            Duration.ZERO,
                            Duration.ofSeconds(10))
                    .stream()
                    .collect(Collectors.toMap(result -> result.subject().id(), result -> result));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void passes_what_needs_no_cache_and_fails_what_does() {
        Map<String, CaseResult> results = run("""
                {'id':'plain','requests':[{},{'expected_type':'not_cached'}]},
                {'id':'cached','requests':[{},{'expected_type':'cached'}]},
                {'id':'validated','requests':[{'response_headers':[['ETag','x']]},{'expected_type':'etag_validated'}]},
                {'id':'own-condition','requests':[{'response_headers':[['ETag','x']]},
                    {'expected_type':'etag_validated','expected_status':304,'request_headers':[['If-None-Match','x']]}]},
                {'id':'own-date','requests':[{'response_headers':[['Last-Modified',-60]]},
                    {'expected_type':'lm_validated','expected_status':304,'magic_ims':true,
                     'request_headers':[['If-Modified-Since',-60]]}]},
                {'id':'lines','requests':[{'response_headers':[['X','1'],['X','2'],['Age','a'],['Age','b']]}]},
                {'id':'interim','requests':[{'interim_responses':[[102],[103,[['link','x']]]],
                    'expected_interim_responses':[[102],[103,[['link','x']]]]}]},
                {'id':'location','requests':[{'magic_locations':true,'response_headers':[['Location','x']],
                    'expected_response_headers':[['Server-Base-Url','=','Location']]}]},
                {'id':'head','requests':[{'request_method':'HEAD','expected_method':'HEAD'},{}]},
                {'id':'body','requests':[{'request_method':'PUT','request_body':'abc','response_body':'d'},{}]},
                {'id':'closed','requests':[{'disconnect':true}]},
                {'id':'closed-first','requests':[{'disconnect':true,'setup':true},{}]},
                {'id':'length','requests':[{'response_headers':[['Content-Length','4']],'response_body':'12345678'}]}""");

        assertThat(results.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, result -> result.getValue().verdict())))
                .isEqualTo(Map.ofEntries(
                        Map.entry("plain", CaseVerdict.PASSED),
                        Map.entry("cached", CaseVerdict.FAILED),
                        Map.entry("validated", CaseVerdict.FAILED),
                        Map.entry("own-condition", CaseVerdict.PASSED),
                        Map.entry("own-date", CaseVerdict.PASSED),
                        Map.entry("lines", CaseVerdict.PASSED),
                        Map.entry("interim", CaseVerdict.PASSED),
                        Map.entry("location", CaseVerdict.FAILED),
                        Map.entry("head", CaseVerdict.PASSED),
                        Map.entry("body", CaseVerdict.PASSED),
                        Map.entry("closed", CaseVerdict.FAILED),
                        Map.entry("closed-first", CaseVerdict.SETUP),
                        Map.entry("length", CaseVerdict.FAILED)));
    }

    @Test
    void sends_what_every_request_of_the_suite_has() {
        CaseResult result = List.copyOf(run("{'id':'c','requests':[{'filename':'f','query_arg':'q=1'},{}]}")
                        .values())
                .get(0);

        assertThat(result.transcript().client().get(0).sent())
                .startsWith("GET /case/" + result.transcript().caseId() + "/f?q=1 HTTP/1.1\r\n")
                .contains("\r\nTest-ID: c\r\nReq-Num: 1\r\nCache-Control: nothing-to-see-here\r\nPragma: foo\r\n");
        assertThat(result.transcript().client().get(1).sent()).contains("\r\nReq-Num: 2\r\n");
    }

    @Test
    void gives_up_on_an_answer_that_does_not_come() {
        try (CaseOrigin origin = CaseOrigin.start(0)) {
            ConformanceCase slow = CaseFile.parse(
                            new JsonMapper()
                                    .readTree("[{\"id\":\"s\",\"tests\":[{\"id\":\"c\","
                                            + "\"requests\":[{\"response_pause\":30}]}]}]"),
                            "the test")
                    .get(0);

            CaseResult result = ConformanceRun.of(
                            List.of(slow),
                            origin,
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), origin.port()),
                            Duration.ZERO,
                            Duration.ofMillis(200))
                    .get(0);

            assertThat(result.verdict()).isEqualTo(CaseVerdict.FAILED);
            assertThat(result.why()).contains("none within PT0.2S");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
