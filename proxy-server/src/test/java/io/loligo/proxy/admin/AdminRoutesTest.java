package io.loligo.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminRoutesTest {
    private final AdminRoutes routes = new AdminRoutes(new AdminListenerTest.AnyActions());

    @DisplayName("what each role may ask for")
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
        # method | path     | READ | PURGE | ALL
        GET      | /status  | 200  | 403   | 200
        GET      | /stats   | 200  | 403   | 200
        POST     | /purge   | 403  | 200   | 200
        GET      | /purges  | 200  | 200   | 200
        GET      | /purges/1 | 404 | 404   | 404
        POST     | /explain | 400  | 403   | 400
        POST     | /reload  | 403  | 403   | 200
        POST     | /stop    | 403  | 403   | 202
        GET      | /nothing | 404  | 404   | 404
        POST     | /status  | 405  | 405   | 405
        """)
    void roles(String method, String path, int read, int purge, int all) {
        assertThat(status(method, path, AdminRole.READ)).isEqualTo(read);
        assertThat(status(method, path, AdminRole.PURGE)).isEqualTo(purge);
        assertThat(status(method, path, AdminRole.ALL)).isEqualTo(all);
    }

    @DisplayName("a refusal names the request that the token does not allow")
    @Test
    void forbidden() {
        AdminRoutes.Match match = routes.match("POST", "/stop", AdminRole.READ);

        assertThat(match).isInstanceOf(AdminRoutes.Match.Refused.class);
        assertThat(String.valueOf(UTF_8.decode(
                        ((AdminRoutes.Match.Refused) match).answer().body())))
                .contains("this token does not allow POST /stop");
    }

    @DisplayName("the stop begins after the answer, not with it")
    @Test
    void stopIsLater() {
        AdminListenerTest.AnyActions actions = new AdminListenerTest.AnyActions();
        AdminRoutes.Match match = new AdminRoutes(actions).match("POST", "/stop", AdminRole.ALL);
        AdminAnswer answer = ((AdminRoutes.Match.Found) match).answer(new byte[0]);
        assertThat(actions.stopped.getCount()).isEqualTo(1);

        Objects.requireNonNull(answer.afterwards()).run();
        assertThat(actions.stopped.getCount()).isZero();
    }

    private int status(String method, String path, AdminRole role) {
        AdminRoutes.Match match = routes.match(method, path, role);
        return match instanceof AdminRoutes.Match.Found found
                ? found.answer("{\"tags\":[\"a\"]}".getBytes(UTF_8)).status()
                : ((AdminRoutes.Match.Refused) match).answer().status();
    }
}
