package io.loligo.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("login= of a cache_peer")
class PeerLoginTest {

    @DisplayName("decides what the origin learns of the user")
    @ParameterizedTest(name = "{0}, from the client {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # option         | the client's | what the origin gets
        login=PASS       | me:mine      | me:mine
        login=*:secret   | me:mine      | -:secret
        login=*:secret   | -            | -:secret
        login=us:secret  | me:mine      | us:secret
        login=us:secret  | -            | us:secret
        """)
    void decides(String option, String given, String sent) {
        try (var origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .replacing("originserver name=origin", "originserver name=origin " + option))) {
            String field = given == null ? "X-Nothing: 1" : "Authorization: " + basic(given);

            RawHttp.get(loligo.port(), "/", field);

            assertThat(origin.heads())
                    .singleElement()
                    .satisfies(head -> assertThat(
                                    head.lines().filter(line -> line.regionMatches(true, 0, "Authorization:", 0, 14)))
                            .containsExactly("Authorization: " + basic(sent)));
        }
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
    }
}
