package io.loligo.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.config.Configuration.Admin;
import io.loligo.proxy.log.PurgeWords;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminListenerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final AnyActions actions = new AnyActions();
    private AdminListener listener;
    private Path tokenFile;

    @BeforeEach
    void listen() throws IOException {
        tokenFile = directory.resolve("run/token");
        listener = AdminListener.start(new Admin("127.0.0.1", 0, tokenFile), actions);
    }

    @AfterEach
    void close() {
        listener.close();
    }

    @DisplayName("the token file is private, holds the token alone, and goes with the server")
    @Test
    void tokenFile() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokenFile)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokenFile.getParent())))
                .isEqualTo("rwx------");
        assertThat(Files.readString(tokenFile)).matches("[A-Za-z0-9_-]{43}");
        try (var files = Files.list(tokenFile.getParent())) {
            assertThat(files).containsExactly(tokenFile);
        }

        listener.close();
        assertThat(tokenFile).doesNotExist();
    }

    @DisplayName("each start has a token of its own")
    @Test
    void freshToken() throws Exception {
        String first = token();
        try (AdminListener second = AdminListener.start(new Admin("127.0.0.1", 0, tokenFile), actions)) {
            assertThat(token()).isNotEqualTo(first);
            assertThat(call(listener, "GET", "/status", token(), "").statusCode())
                    .isEqualTo(401);
            assertThat(call(second, "GET", "/status", token(), "").statusCode()).isEqualTo(200);
        }
    }

    @DisplayName("a taken port is a clear error, and the other server's token stays")
    @Test
    void portTaken() throws IOException {
        String token = token();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Admin admin = new Admin("127.0.0.1", taken.getLocalPort(), tokenFile);
            assertThatThrownBy(() -> AdminListener.start(admin, actions))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("admin_port 127.0.0.1:" + taken.getLocalPort());
        }
        assertThat(token()).isEqualTo(token);
    }

    @DisplayName("an admin_token_file that cannot be written is a clear error")
    @Test
    void tokenUnwritable() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> AdminListener.start(new Admin("127.0.0.1", 0, file.resolve("token")), actions))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("admin_token_file " + file.resolve("token"));
    }

    @DisplayName("without the token nothing is said or done")
    @ParameterizedTest(name = "Authorization: {0}")
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz", "TOKEN", "Bearer TOKENx"})
    void unauthorized(String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(listener, "/stop"));
        request.POST(BodyPublishers.ofString(""));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization.replace("TOKEN", token()));
        }
        HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(JSON.readTree(response.body()).path("error").asText()).contains("token");
        assertThat(actions.stopped.getCount()).isEqualTo(1);
    }

    @DisplayName("bad requests are told why")
    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
        GET    | /nothing  |                          | 404 | no such path
        GET    | /         |                          | 404 | no such path
        GET    | /status/  |                          | 404 | no such path
        POST   | /status   |                          | 405 | /status takes GET
        GET    | /purge    |                          | 405 | /purge takes POST
        DELETE | /stop     |                          | 405 | /stop takes POST
        POST   | /purge    |                          | 400 | expected
        POST   | /purge    | {                        | 400 | not JSON
        POST   | /purge    | {"urls":["a"]} x         | 400 | not JSON
        POST   | /purge    | []                       | 400 | expected
        POST   | /purge    | {"urls":[]}              | 400 | expected
        POST   | /purge    | {"urls":"http://a/"}     | 400 | expected
        POST   | /purge    | {"urls":[1]}             | 400 | expected
        POST   | /purge    | {"pattern":"("}          | 400 | missing closing )
        POST   | /purges   |                          | 405 | /purges takes GET
        DELETE | /purges/1 |                          | 405 | /purges/1 takes GET
        GET    | /purges/  |                          | 404 | no purge
        GET    | /purges/7 |                          | 404 | no purge 7
        GET    | /purges/-1                  |        | 404 | no purge
        GET    | /purges/99999999999999999999 |       | 404 | no purge
        POST   | /purge    | [[[[[[[[[[[[1]]]]]]]]]]]] | 400 | not JSON
        """)
    void badRequests(String method, String path, String body, int status, String error) throws Exception {
        HttpResponse<String> response = call(listener, method, path, token(), body == null ? "" : body);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).path("error").asText()).startsWith(error);
    }

    @DisplayName("405 says which methods a path takes")
    @ParameterizedTest(name = "{0} {1}: Allow: {2}")
    @CsvSource({"POST, /status, GET", "HEAD, /status, GET", "GET, /purge, POST", "PUT, /purges/1, GET"})
    void allow(String method, String path, String allowed) throws Exception {
        HttpResponse<String> response = call(listener, method, path, token(), "");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().allValues("Allow")).containsExactly(allowed);
    }

    @DisplayName("bodies and lists of URLs have limits")
    @Test
    void limits() throws Exception {
        String large = "{\"urls\":[\"" + "x".repeat(AdminListener.BODY_LIMIT) + "\"]}";
        String manyTags =
                "{\"tags\":[" + String.join(",", Collections.nCopies(PurgeRequest.LIST_LIMIT + 1, "\"a\"")) + "]}";
        String many = "{\"urls\":["
                + String.join(",", Collections.nCopies(PurgeRequest.LIST_LIMIT + 1, "\"http://a/\"")) + "]}";

        assertThat(call(listener, "POST", "/purge", token(), large).statusCode())
                .isEqualTo(413);
        assertThat(call(listener, "POST", "/purge", token(), many).statusCode()).isEqualTo(413);
        assertThat(call(listener, "POST", "/purge", token(), manyTags).statusCode())
                .isEqualTo(413);
        assertThat(actions.purged).isEmpty();
        assertThat(call(listener, "GET", "/status", token(), "").statusCode()).isEqualTo(200);
    }

    @DisplayName("purge answers with a receipt for each URL")
    @Test
    void purge() throws Exception {
        JsonNode receipts = body(call(
                        listener, "POST", "/purge", token(), "{\"urls\":[\"http://a.example/x\",\"nonsense\"]}"))
                .path("receipts");

        assertThat(receipts.path(0).path("url").asText()).isEqualTo("http://a.example/x");
        assertThat(receipts.path(0).path("objects").asLong()).isEqualTo(2);
        assertThat(receipts.path(0).path("bytes").asLong()).isEqualTo(4_096);
        assertThat(receipts.path(0).has("problem")).isFalse();
        assertThat(receipts.path(1).path("problem").asText()).startsWith("expected a whole URL");
        assertThat(receipts.path(1).path("url").asText()).isEqualTo("nonsense");
    }

    @DisplayName("a receipt, key for key")
    @Test
    void receipt() throws Exception {
        JsonNode receipts = body(call(listener, "POST", "/purge", token(), "{\"tags\":[\"a\",\"b\"],\"soft\":true}"))
                .path("receipts");

        assertThat(receipts.path(1)).isEqualTo(JSON.readTree("""
                        {"id":2,"kind":"tag","target":"b","soft":true,"time":"1970-01-01T00:00:00Z","objects":2,
                         "bytes":4096,"done":true}"""));
        assertThat(actions.purged)
                .extracting(PurgeReceipt::order)
                .containsExactly(
                        new PurgeOrder(new PurgeTarget.Tag("a"), true), new PurgeOrder(new PurgeTarget.Tag("b"), true));
    }

    @DisplayName("a dry run counts, shows URLs and purges nothing")
    @Test
    void dryRun() throws Exception {
        JsonNode previews = body(call(listener, "POST", "/purge", token(), "{\"host\":\"A.example\",\"dry_run\":true}"))
                .path("previews");

        assertThat(previews.path(0).path("kind").asText()).isEqualTo("host");
        assertThat(previews.path(0).path("objects").asLong()).isEqualTo(3);
        assertThat(previews.path(0).path("bytes").asLong()).isEqualTo(9_000);
        assertThat(previews.path(0).path("sample").path(0).asText()).isEqualTo("http://a.example/x");
        assertThat(actions.purged).isEmpty();
    }

    @DisplayName("what became of a purge, and of the latest ones")
    @Test
    void purges() throws Exception {
        call(listener, "POST", "/purge", token(), "{\"pattern\":\"x\"}");
        call(listener, "POST", "/purge", token(), "{\"all\":true}");

        JsonNode latest = body(call(listener, "GET", "/purges", token(), "")).path("receipts");
        JsonNode first = body(call(listener, "GET", "/purges/1", token(), ""));

        assertThat(latest.findValuesAsText("id")).containsExactly("2", "1");
        assertThat(latest.path(1).path("done").asBoolean()).isFalse();
        assertThat(first.path("target").asText()).isEqualTo("x");
        assertThat(first.path("done").asBoolean()).isTrue();
    }

    @DisplayName("status and stats")
    @Test
    void reports() throws Exception {
        JsonNode status = body(call(listener, "GET", "/status", token(), ""));
        JsonNode stats = body(call(listener, "GET", "/stats", token(), ""));

        assertThat(status.path("pid").asLong()).isEqualTo(4711);
        assertThat(status.path("peers").path(0).path("name").asText()).isEqualTo("server_1");
        assertThat(stats.path("requests").asLong(-1)).isZero();
        assertThat(stats.path("store").path("objects").asLong()).isEqualTo(32);
    }

    @DisplayName("reload says whether the new configuration is in force")
    @Test
    void reload() throws Exception {
        assertThat(call(listener, "POST", "/reload", token(), "").statusCode()).isEqualTo(200);

        actions.reloadResult = new ReloadResult(false, List.of("squid.conf:3: ERROR: unknown acl type 'sorc'"));
        HttpResponse<String> refused = call(listener, "POST", "/reload", token(), "");

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(JSON.readTree(refused.body()).path("problems").path(0).asText())
                .startsWith("squid.conf:3:");
    }

    @DisplayName("stop is answered, then done")
    @Test
    void stop() throws Exception {
        assertThat(call(listener, "POST", "/stop", token(), "").statusCode()).isEqualTo(202);
        actions.stopped.await();
    }

    @DisplayName("a bug in an action is a 500 that tells nothing, and the listener goes on")
    @Test
    void bug() throws Exception {
        HttpResponse<String> response =
                call(listener, "POST", "/purge", token(), "{\"urls\":[\"http://a.example/bug\"]}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).doesNotContain("IllegalState");
        assertThat(call(listener, "GET", "/status", token(), "").statusCode()).isEqualTo(200);
    }

    private String token() throws IOException {
        return Files.readString(tokenFile);
    }

    private static JsonNode body(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static URI uri(AdminListener listener, String path) {
        return URI.create("http://127.0.0.1:" + listener.address().getPort() + path);
    }

    private static HttpResponse<String> call(
            AdminListener listener, String method, String path, String token, String body) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(uri(listener, path))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                BodyHandlers.ofString());
    }

    /** A server that does what it is asked, or pretends to. */
    static final class AnyActions implements AdminActions {
        final CountDownLatch stopped = new CountDownLatch(1);
        volatile Runnable whenStatusIsAsked = () -> {};
        private final List<PurgeReceipt> purged = Collections.synchronizedList(new ArrayList<>());
        private volatile ReloadResult reloadResult = new ReloadResult(true, List.of());

        @Override
        public ServerStatus status() {
            whenStatusIsAsked.run();
            PeerState peer = new PeerState("server_1", "127.0.0.1", 8081, List.of(), List.of(), true, 0, 0, 0, 0);
            return new ServerStatus(
                    "0.1.0",
                    "edge",
                    4711,
                    Instant.EPOCH,
                    "squid.conf",
                    List.of("0.0.0.0:81"),
                    List.of(peer),
                    List.of());
        }

        @Override
        public ServerStats stats() {
            Metrics metrics = new Metrics(0);
            return new ServerStats(
                    metrics.now(0),
                    metrics.ago(0, 5),
                    new StoreStats(
                            32,
                            3 << 20,
                            256 << 20,
                            new StoreStats.Places(2 << 20, 512 << 10, 256 << 10, 256 << 10, 270 << 20),
                            false,
                            0,
                            0,
                            0,
                            0,
                            0,
                            List.of()),
                    new ProcessMemory(500 << 20, 60 << 20, 256 << 20, 20 << 20),
                    1,
                    0,
                    0);
        }

        @Override
        public PurgeReceipt purge(PurgeOrder order) throws PurgeRefused {
            String text = PurgeWords.of(order.target()).text();
            if (text.endsWith("/bug")) {
                throw new IllegalStateException("a bug");
            }
            if (text.equals("(")) {
                throw new PurgeRefused("missing closing )");
            }
            PurgeReceipt receipt = new PurgeReceipt(
                    purged.size() + 1,
                    order,
                    Instant.EPOCH,
                    2,
                    4_096,
                    !(order.target() instanceof PurgeTarget.Pattern));
            purged.add(receipt);
            return receipt;
        }

        @Override
        public PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused {
            return new PurgePreview(3, 9_000, List.of("http://a.example/x", "http://a.example/y\u0007"));
        }

        @Override
        public @Nullable PurgeReceipt receipt(long id) {
            return purged.stream()
                    .filter(receipt -> receipt.id() == id)
                    .map(receipt -> new PurgeReceipt(id, receipt.order(), receipt.time(), 5, 5_000, true))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public List<PurgeReceipt> receipts() {
            List<PurgeReceipt> latestFirst = new ArrayList<>(purged);
            Collections.reverse(latestFirst);
            return latestFirst;
        }

        @Override
        public Map<String, Object> explain(ExplainOrder order) throws ExplainOrder.Refused {
            if (!order.url().startsWith("http://")) {
                throw new ExplainOrder.Refused("expected a whole URL", new IllegalArgumentException());
            }
            return Map.of(
                    "method", order.method(),
                    "url", order.url(),
                    "at", String.valueOf(order.at()),
                    "outcome", Map.of("verdict", "hit", "cache_status", "hit;ttl=7", "status", 200),
                    "steps",
                            List.of(Map.of(
                                    "step", "reuse",
                                    "verdict", "serve",
                                    "reason", "fresh",
                                    "basis", "RFC 9111 §4.2",
                                    "facts", Map.of("fields", order.fields().toString()))));
        }

        @Override
        public void stop() {
            stopped.countDown();
        }

        @Override
        public ReloadResult reload() {
            return reloadResult;
        }
    }
}
