package io.loligo.proxy.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.loligo.cache.http.Fields;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.proxy.config.Configuration.Admin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The operator's door: JSON over HTTP on admin_port, with the bearer token that stands in admin_token_file.
 *
 * <table>
 *   <caption>Requests</caption>
 *   <tr><td>GET /status</td><td>who is running, its ports and peers</td></tr>
 *   <tr><td>GET /stats</td><td>the numbers</td></tr>
 *   <tr><td>POST /purge</td><td>{@code {"urls":["http://…"]}} or {@code tags}, or one {@code prefix}, {@code host},
 *       {@code glob} or {@code pattern}, or {@code "all":true}; {@code "soft":true} as wanted; a receipt for each. With
 *       {@code "dry_run":true} nothing changes and what would be purged is counted, with a sample of its URLs</td></tr>
 *   <tr><td>GET /purges</td><td>the receipts of the latest purges, the latest first</td></tr>
 *   <tr><td>GET /purges/ID</td><td>what has become of one by now</td></tr>
 *   <tr><td>POST /explain</td><td>{@code {"url":"http://…"}} and, as wanted, {@code method}, {@code fields} (pairs of name
 *       and value), {@code at}, {@code port}, {@code client}; what would be done with that request</td></tr>
 *   <tr><td>POST /reload</td><td>reads the configuration again; 409 with the problems when it stays as it was</td></tr>
 *   <tr><td>POST /stop</td><td>begins an orderly stop; 202</td></tr>
 * </table>
 *
 * <p>Anything else is 4xx with {@code {"error":"…"}}. The token is made anew at each start. At most {@link #THREADS}
 * requests are worked on at a time and {@link #QUEUE_LIMIT} wait; further ones are closed.
 */
public final class AdminListener implements AutoCloseable {
    /** Bytes that a request's body may have; more is 413. */
    public static final int BODY_LIMIT = 1 << 20;

    /** URLs or tags that one request may purge; more is 413. */
    public static final int URLS_LIMIT = 1_000;

    /** URLs that a dry run shows of each target. */
    public static final int SAMPLE_LIMIT = 20;

    /** Digits of a purge's id that are looked at. */
    private static final int ID_DIGITS_LIMIT = 18;

    private static final String PURGES = "/purges";
    private static final int THREADS = 4;
    private static final int QUEUE_LIMIT = 64;
    private static final int BACKLOG = 64;
    private static final int CLOSE_LIMIT_SECONDS = 2;
    /** A client that has not sent its request by then is cut off. */
    private static final String REQUEST_SECONDS_LIMIT = "30";
    /** So is one that has no answer by then: a dry run looks at everything that is stored. */
    private static final String ANSWER_SECONDS_LIMIT = "120";

    private static final System.Logger LOG = System.getLogger(AdminListener.class.getName());

    private final HttpServer http;
    private final ThreadPoolExecutor threads;
    private final TokenFile token;
    private final AdminActions actions;
    private final ObjectMapper json = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(8).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** An answer to a request: its status and what becomes its JSON. */
    private record Answer(int status, Object body) {
        static Answer error(int status, String message) {
            return new Answer(status, Map.of("error", message));
        }
    }

    private AdminListener(HttpServer http, ThreadPoolExecutor threads, TokenFile token, AdminActions actions) {
        this.http = http;
        this.threads = threads;
        this.token = token;
        this.actions = actions;
    }

    /**
     * Listens, then writes the token file, so that a second server that finds the port taken leaves the first one's
     * token alone.
     *
     * @param admin where; its port must not be 0 unless any free port will do
     * @throws IOException when the port is taken or the token file cannot be written; the message says which
     */
    public static AdminListener start(Admin admin, AdminActions actions) throws IOException {
        // The JDK's server reads these once; without them a silent client holds one of the few threads for ever.
        defaultProperty("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_LIMIT);
        defaultProperty("sun.net.httpserver.maxRspTime", ANSWER_SECONDS_LIMIT);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(admin.host()), admin.port());
        HttpServer http;
        try {
            http = HttpServer.create(address, BACKLOG);
        } catch (IOException failure) {
            throw new IOException(
                    "admin_port " + admin.host() + ":" + admin.port() + ": " + failure.getMessage()
                            + "; expected an address of this machine and a port that nobody else has: another Loligo"
                            + " needs another admin_port",
                    failure);
        }
        TokenFile token;
        try {
            token = TokenFile.create(admin.tokenFile());
        } catch (IOException failure) {
            http.stop(0);
            throw failure;
        }
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUE_LIMIT), task -> {
                    Thread thread = new Thread(task, "loligo-admin-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        AdminListener listener = new AdminListener(http, threads, token, actions);
        http.setExecutor(threads);
        http.createContext("/", listener::handle);
        http.start();
        return listener;
    }

    private static void defaultProperty(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return http.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Answer answer;
        try (exchange) {
            try {
                answer = answer(exchange);
            } catch (RuntimeException bug) {
                LOG.log(System.Logger.Level.ERROR, "admin request failed: " + exchange.getRequestURI(), bug);
                answer = Answer.error(500, "internal error; see cache_log");
            }
            send(exchange, answer);
        }
        if (answer.status() == 202) {
            // Only now that the answer is out: the stop closes this listener.
            actions.stop();
        }
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = json.writerWithDefaultPrettyPrinter().writeValueAsBytes(answer.body());
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (answer.status() == 401) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"loligo\"");
        }
        if (answer.status() >= 400) {
            // What is left of the request is not read.
            exchange.getResponseHeaders().set("Connection", "close");
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        if (!authorized(exchange)) {
            return Answer.error(401, "a bearer token is needed; it stands in admin_token_file");
        }
        String path = exchange.getRequestURI().getPath();
        boolean ofOnePurge = path.startsWith(PURGES + "/");
        String allowed = switch (ofOnePurge ? PURGES : path) {
            case "/status", "/stats", PURGES -> "GET";
            case "/purge", "/explain", "/reload", "/stop" -> "POST";
            default -> null;
        };
        if (allowed == null) {
            return Answer.error(
                    404,
                    "no such path: " + path
                            + "; there are /status, /stats, /purge, /purges, /purges/ID, /explain, /reload, /stop");
        }
        if (!exchange.getRequestMethod().equals(allowed)) {
            exchange.getResponseHeaders().set("Allow", allowed);
            return Answer.error(405, path + " takes " + allowed);
        }
        if (ofOnePurge) {
            return receipt(path.substring(PURGES.length() + 1));
        }
        return switch (path) {
            case "/status" -> new Answer(200, AdminJson.status(actions.status()));
            case "/stats" -> new Answer(200, AdminJson.stats(actions.stats()));
            case "/purge" -> purge(exchange);
            case PURGES ->
                new Answer(
                        200,
                        Map.of(
                                "receipts",
                                actions.receipts().stream()
                                        .map(AdminJson::receipt)
                                        .toList()));
            case "/explain" -> explain(exchange);
            case "/reload" -> {
                ReloadResult result = actions.reload();
                yield new Answer(result.applied() ? 200 : 409, AdminJson.reload(result));
            }
            case "/stop" -> new Answer(202, Map.of("stopping", true));
            default -> throw new IllegalStateException(path);
        };
    }

    private boolean authorized(HttpExchange exchange) {
        List<String> fields = exchange.getRequestHeaders().get("Authorization");
        if (fields == null || fields.size() != 1 || !fields.get(0).regionMatches(true, 0, "Bearer ", 0, 7)) {
            return false;
        }
        byte[] given = fields.get(0).substring(7).trim().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(token.token().getBytes(StandardCharsets.UTF_8), given);
    }

    private Answer purge(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
        if (body.length > BODY_LIMIT) {
            return Answer.error(413, "a body may have " + BODY_LIMIT + " bytes");
        }
        PurgeRequest request;
        try {
            request = PurgeRequest.parse(json.readTree(body));
        } catch (JsonProcessingException malformed) {
            return Answer.error(400, "not JSON: " + malformed.getOriginalMessage());
        } catch (PurgeRequest.Refused refused) {
            return Answer.error(refused.status(), String.valueOf(refused.getMessage()));
        }
        List<Map<String, Object>> outcomes = new ArrayList<>();
        for (PurgeRequest.Wanted wanted : request.wanted()) {
            PurgeTarget target = wanted.target();
            if (target == null) {
                outcomes.add(AdminJson.refused(wanted, String.valueOf(wanted.problem())));
                continue;
            }
            try {
                outcomes.add(
                        request.dryRun()
                                ? AdminJson.preview(wanted, actions.preview(target, SAMPLE_LIMIT))
                                : AdminJson.receipt(wanted, actions.purge(new PurgeOrder(target, request.soft()))));
            } catch (PurgeRefused refused) {
                if (!request.isList()) {
                    return Answer.error(400, String.valueOf(refused.getMessage()));
                }
                outcomes.add(AdminJson.refused(wanted, String.valueOf(refused.getMessage())));
            }
        }
        return new Answer(200, Map.of(request.dryRun() ? "previews" : "receipts", outcomes));
    }

    private Answer receipt(String id) {
        boolean number = !id.isEmpty()
                && id.length() <= ID_DIGITS_LIMIT
                && id.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        PurgeReceipt receipt = number ? actions.receipt(Long.parseLong(id)) : null;
        return receipt == null
                ? Answer.error(404, "no purge " + id + " is known; there never was one, or it is too long ago")
                : new Answer(200, AdminJson.receipt(receipt));
    }

    private Answer explain(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
        if (body.length > BODY_LIMIT) {
            return Answer.error(413, "a body may have " + BODY_LIMIT + " bytes");
        }
        ExplainOrder order;
        try {
            order = explainOrder(json.readTree(body));
        } catch (JsonProcessingException malformed) {
            return Answer.error(400, "not JSON: " + malformed.getOriginalMessage());
        }
        if (order == null) {
            return Answer.error(
                    400,
                    "expected {\"url\":\"http://…\"} and, as wanted, \"method\", \"fields\":[[\"name\",\"value\"], …],"
                            + " \"at\", \"port\", \"client\", each a text");
        }
        try {
            return new Answer(200, actions.explain(order));
        } catch (ExplainOrder.Refused refused) {
            return Answer.error(400, String.valueOf(refused.getMessage()));
        }
    }

    private static @Nullable ExplainOrder explainOrder(@Nullable JsonNode root) {
        if (root == null
                || !root.path("url").isTextual()
                || (root.has("fields") && !root.path("fields").isArray())) {
            return null;
        }
        for (String name : List.of("method", "at", "port", "client")) {
            if (root.hasNonNull(name) && !root.path(name).isTextual()) {
                return null;
            }
        }
        Fields.Builder fields = Fields.builder();
        for (JsonNode field : root.path("fields")) {
            List<String> pair = strings(field);
            if (pair == null || pair.size() != 2) {
                return null;
            }
            fields.add(pair.get(0), pair.get(1));
        }
        return new ExplainOrder(
                root.path("method").asText("GET"),
                root.path("url").asText(),
                fields.build(),
                text(root, "at"),
                text(root, "port"),
                text(root, "client"));
    }

    private static @Nullable String text(JsonNode root, String name) {
        return root.hasNonNull(name) ? root.path(name).asText() : null;
    }

    /** The texts of an array of texts; null when it is none. */
    static @Nullable List<String> strings(@Nullable JsonNode node) {
        if (node == null || !node.isArray()) {
            return null;
        }
        List<String> texts = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            if (!element.isTextual()) {
                return null;
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    /** Ends what is under way, at most {@link #CLOSE_LIMIT_SECONDS}, stops listening and removes the token file. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "an admin request was cut off by the stop");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        http.stop(0);
        token.close();
    }
}
