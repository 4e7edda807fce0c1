package io.loligo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemoTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @DisplayName("the demo's configuration is the starting point but for port numbers, and a second file")
    @Test
    void configuration() throws IOException {
        Path directory;
        try (DemoFiles files = DemoFiles.create(new DemoFiles.Ports(20_081))) {
            directory = files.directory();
            assertThat(Files.readString(directory.resolve("starting-point.conf")))
                    .isEqualTo("""
                            http_port 20081 defaultsite=www.example.org vhost
                            acl portA myport 20081

                            http_port 20082 defaultsite=www.example.org vhost
                            acl portB myport 20082

                            acl site1 dstdomain www.example.org

                            cache_peer 127.0.0.1 parent 20181 0 no-query originserver default name=server_1
                            cache_peer_access server_1 allow portA site1
                            cache_peer_access server_1 deny all

                            cache_peer 127.0.0.1 parent 20182 0 no-query originserver default name=server_2
                            cache_peer_access server_2 allow portB site1
                            cache_peer_access server_2 deny all
                            """);
            assertThat(Files.readString(files.squidConf()))
                    .contains("include " + directory.resolve("starting-point.conf"), "admin_port 127.0.0.1:20190")
                    .doesNotContain("http_access");
        }
        assertThat(directory).doesNotExist();
    }

    @DisplayName("every page names its server, and can be validated where it has an ETag")
    @ParameterizedTest
    @EnumSource(DemoOrigin.Page.class)
    void pages(DemoOrigin.Page page) throws Exception {
        try (DemoOrigin origin = new DemoOrigin("server_1", 0)) {
            URI uri = URI.create("http://127.0.0.1:" + origin.port() + page.path());
            HttpResponse<String> response =
                    CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Server")).hasValue("server_1");
            assertThat(response.headers().firstValue("Cache-Control")).isPresent();
            if (page != DemoOrigin.Page.PICTURE) {
                assertThat(response.body()).contains("server_1");
            }
            if (response.headers().firstValue("ETag").isPresent()) {
                HttpRequest validation = HttpRequest.newBuilder(uri)
                        .header(
                                "If-None-Match",
                                response.headers().firstValue("ETag").orElseThrow())
                        .build();
                assertThat(CLIENT.send(validation, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(304);
            }
        }
    }

    @DisplayName("HEAD, POST and what is not there")
    @Test
    void otherRequests() throws Exception {
        try (DemoOrigin origin = new DemoOrigin("server_1", 0)) {
            URI home = URI.create("http://127.0.0.1:" + origin.port() + "/");
            HttpRequest head = HttpRequest.newBuilder(home)
                    .method("HEAD", BodyPublishers.noBody())
                    .build();
            HttpRequest post = HttpRequest.newBuilder(home)
                    .POST(BodyPublishers.ofString("x"))
                    .build();
            HttpRequest missing =
                    HttpRequest.newBuilder(home.resolve("/missing")).build();

            assertThat(CLIENT.send(head, BodyHandlers.ofString()).headers().firstValue("Content-Length"))
                    .isPresent();
            assertThat(CLIENT.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
            assertThat(CLIENT.send(missing, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(404);
            assertThat(origin.requests()).isEqualTo(3);
        }
    }

    @DisplayName("a taken port is named")
    @Test
    void portTaken() throws IOException {
        try (DemoOrigin origin = new DemoOrigin("server_1", 0)) {
            assertThatThrownBy(() -> new DemoOrigin("server_2", origin.port()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("port " + origin.port() + " for server_2");
        }
    }
}
