package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.util.List;
import java.util.UUID;

/** A WireMock origin on a free port of 127.0.0.1 that counts what it is asked. */
final class Origin implements AutoCloseable {
    private final WireMockServer server;

    private Origin(WireMockServer server) {
        this.server = server;
    }

    static Origin start() {
        var server = new WireMockServer(options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .containerThreads(100)
                .gzipDisabled(true));
        server.start();
        return new Origin(server);
    }

    int port() {
        return server.port();
    }

    /** A path that no other test asks for. */
    static String freshPath() {
        return "/" + UUID.randomUUID();
    }

    /** Answers every method on {@code url} (path and query). */
    void answer(String url, ResponseDefinitionBuilder response) {
        server.stubFor(any(urlEqualTo(url)).willReturn(response));
    }

    /** Adds a stub; of those that match, the newest answers. */
    void stub(MappingBuilder mapping) {
        server.stubFor(mapping);
    }

    /** How many requests {@code url} has had, by any method. */
    int requests(String url) {
        return requestsFor(url).size();
    }

    List<LoggedRequest> requestsFor(String url) {
        return server.findAll(anyRequestedFor(urlEqualTo(url)));
    }

    @Override
    public void close() {
        server.stop();
    }
}
