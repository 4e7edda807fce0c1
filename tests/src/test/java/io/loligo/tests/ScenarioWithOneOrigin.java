package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
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

    /** A path whose page may be kept for an hour. */
    String cacheablePage(String body) {
        String path = Origin.freshPath();
        origin.answer(path, page(body, "max-age=3600"));
        return path;
    }
}
