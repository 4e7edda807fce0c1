package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** One server in front of one WireMock origin, shared by the tests of a class: each test takes a path of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ScenarioWithOneOrigin {
    final Origin origin = Origin.start();
    final RunningServer loligo;
    final int port;

    ScenarioWithOneOrigin(String... moreLines) {
        loligo = RunningServer.start(SquidConf.inFrontOf(origin.port()).and(moreLines));
        port = loligo.port();
    }

    @AfterAll
    void stop() {
        loligo.close();
        origin.close();
    }

    /** A 200 with that Cache-Control. */
    static ResponseDefinitionBuilder page(String body, String cacheControl) {
        return aResponse().withBody(body).withHeader("Cache-Control", cacheControl);
    }

    /** GET, and waits for its line in the access log: so that the lines stand in the order of the requests. */
    RawHttp.Answer logged(String path, String... fields) {
        return logged(loligo, path, fields);
    }

    /** As {@link #logged(String, String...)}, of another server. */
    static RawHttp.Answer logged(RunningServer server, String path, String... fields) {
        int before = linesFor(server, path).size();
        var answer = RawHttp.get(server.port(), path, fields);
        codes(server, path, before + 1);
        return answer;
    }

    /** The result codes and statuses that the access log has for {@code path}, once there are {@code count} of them. */
    List<String> codes(String path, int count) {
        return codes(loligo, path, count);
    }

    /** As {@link #codes(String, int)}, of another server. */
    static List<String> codes(RunningServer server, String path, int count) {
        await(count + " log lines for " + path)
                .until(() -> linesFor(server, path).size() >= count);
        return linesFor(server, path).stream()
                .map(line -> line.strip().split(" +", -1)[3])
                .toList();
    }

    /** The access log's lines for {@code path}, so far. */
    static List<String> linesFor(RunningServer server, String path) {
        return server.accessLog().stream().filter(line -> line.contains(path)).toList();
    }

    /** A path whose page may be kept for an hour. */
    String cacheablePage(String body) {
        String path = Origin.freshPath();
        origin.answer(path, page(body, "max-age=3600"));
        return path;
    }
}
