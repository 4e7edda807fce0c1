package io.loligo.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * A small origin server for the demo. Every page names the server that made it and the time. It listens on the loopback
 * address only.
 */
final class DemoOrigin implements AutoCloseable {
    private static final int THREADS = 4;
    /** A picture of one pixel. */
    private static final byte[] PIXEL = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /** One row per page: its path, its Cache-Control, and the demo's description of it. */
    enum Page {
        HOME("/", "text/html; charset=utf-8", "max-age=30", "kept for 30 seconds"),
        NEWS("/news", "text/html; charset=utf-8", "max-age=5", "kept for 5 seconds, then validated with its ETag"),
        STYLE("/style.css", "text/css", "max-age=3600", "kept for an hour"),
        LOGO("/logo.svg", "image/svg+xml", "max-age=3600", "a drawing, kept for an hour"),
        PICTURE("/pixel.png", "image/png", "max-age=3600", "a picture, kept for an hour"),
        LANGUAGE("/language", "text/plain; charset=utf-8", "max-age=60", "a variant for each Accept-Language"),
        CLOCK("/clock", "text/plain; charset=utf-8", "no-store", "never kept");

        private final String path;
        private final String contentType;
        private final String cacheControl;
        private final String about;

        Page(String path, String contentType, String cacheControl, String about) {
            this.path = path;
            this.contentType = contentType;
            this.cacheControl = cacheControl;
            this.about = about;
        }

        String path() {
            return path;
        }

        String about() {
            return about;
        }

        /** Pages whose bytes are always the same have an ETag. */
        private boolean constant() {
            return this != HOME && this != CLOCK;
        }
    }

    private final String name;
    private final HttpServer http;
    private final ExecutorService threads;
    private final LongAdder requests = new LongAdder();

    /** @throws IOException with a message that names the port when it is taken */
    DemoOrigin(String name, int port) throws IOException {
        this.name = name;
        try {
            this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException taken) {
            throw new IOException("port " + port + " for " + name + ": " + taken.getMessage(), taken);
        }
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "demo-" + name);
            thread.setDaemon(true);
            return thread;
        });
        http.setExecutor(threads);
        http.createContext("/", this::answer);
        http.start();
    }

    String name() {
        return name;
    }

    int port() {
        return http.getAddress().getPort();
    }

    /** Number of requests that have reached this server. */
    long requests() {
        return requests.sum();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.increment();
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            String method = exchange.getRequestMethod();
            if (method.equals("GET") || method.equals("HEAD")) {
                String path = exchange.getRequestURI().getPath();
                for (Page page : Page.values()) {
                    if (page.path.equals(path)) {
                        show(exchange, page);
                        return;
                    }
                }
                send(exchange, 404, (name + " has no " + path + "\n").getBytes(StandardCharsets.UTF_8));
            } else {
                // A change, as far as caches know: what is stored for this URL has to go.
                exchange.sendResponseHeaders(204, -1);
            }
        }
    }

    private void show(HttpExchange exchange, Page page) throws IOException {
        String language = exchange.getRequestHeaders().getFirst("Accept-Language");
        byte[] body = body(page, language == null ? "none" : language);
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", page.contentType);
        headers.set("Cache-Control", page.cacheControl);
        headers.set("Server", name);
        if (page == Page.LANGUAGE) {
            headers.set("Vary", "Accept-Language");
        }
        if (page.constant()) {
            String tag = "\"" + name + "-" + Integer.toHexString(Arrays.hashCode(body)) + "\"";
            headers.set("ETag", tag);
            if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
        }
        send(exchange, 200, body);
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
        }
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    private byte[] body(Page page, String language) {
        String time = LocalTime.now(ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
        String text = switch (page) {
            case HOME -> html("made by " + name + " at " + time);
            case NEWS -> html("the news of " + name);
            case STYLE -> "/* " + name + " */\nbody { font-family: sans-serif; margin: 3em }\n";
            case LOGO ->
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"240\" height=\"60\">"
                        + "<rect width=\"240\" height=\"60\" rx=\"8\" fill=\"#346\"/>"
                        + "<text x=\"20\" y=\"38\" font-size=\"24\" fill=\"#fff\">" + name + "</text></svg>\n";
            case PICTURE -> "";
            case LANGUAGE -> name + " answers in: " + language + "\n";
            case CLOCK -> name + " says it is " + time + "\n";
        };
        return page == Page.PICTURE ? PIXEL : text.getBytes(StandardCharsets.UTF_8);
    }

    private String html(String text) {
        return "<!DOCTYPE html>\n<title>" + name + "</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n"
                + "<p><img src=\"/logo.svg\" alt=\"" + name + "\"></p>\n<p>This page was " + text + ".</p>\n"
                + "<p><a href=\"/\">home</a> <a href=\"/news\">news</a> <a href=\"/language\">language</a> "
                + "<a href=\"/clock\">clock</a> <img src=\"/pixel.png\" alt=\"\"></p>\n";
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
