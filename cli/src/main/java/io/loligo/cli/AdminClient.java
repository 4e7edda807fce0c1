package io.loligo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** A client of a running server's admin listener. It reads the token from its file for each request. */
final class AdminClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    /** The longest request is a dry run that has to visit every stored response. */
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String host;
    private final int port;
    private final Path tokenFile;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            // The request goes to the server directly, whatever proxy the environment names.
            .proxy(ProxySelector.of(null))
            .build();

    /** No server answers at that address, or it does not accept the token. */
    static final class NoServer extends Exception {
        private static final long serialVersionUID = 1L;

        NoServer(String message) {
            super(message);
        }
    }

    /** The server refused the request. */
    static final class OrderRefused extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient JsonNode answer;

        OrderRefused(String message, JsonNode answer) {
            super(message);
            this.answer = answer;
        }

        JsonNode answer() {
            return answer;
        }
    }

    /**
     * @param host a name or an address; IPv6 with or without brackets
     */
    AdminClient(String host, int port, Path tokenFile) {
        this.host = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        this.port = port;
        this.tokenFile = tokenFile;
    }

    /** Whether the address is a loopback address, so that the server certainly runs on this machine. */
    boolean isLocal() {
        return host.startsWith("127.") || host.equals("localhost") || host.equals("[::1]");
    }

    JsonNode get(String path) throws NoServer, OrderRefused, InterruptedException {
        return call("GET", path, BodyPublishers.noBody());
    }

    JsonNode post(String path, JsonNode body) throws NoServer, OrderRefused, InterruptedException {
        return call("POST", path, BodyPublishers.ofString(body.toString()));
    }

    JsonNode post(String path) throws NoServer, OrderRefused, InterruptedException {
        return call("POST", path, BodyPublishers.noBody());
    }

    private JsonNode call(String method, String path, BodyPublisher body)
            throws NoServer, OrderRefused, InterruptedException {
        String server = host + ":" + port;
        URI uri;
        try {
            uri = URI.create("http://" + server + path);
        } catch (IllegalArgumentException odd) {
            throw new NoServer("not an address: " + server);
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, body)
                .timeout(ANSWER_LIMIT)
                .header("Authorization", "Bearer " + token(server))
                .header("Content-Type", "application/json")
                .build();
        HttpResponse<String> response;
        try {
            response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (ConnectException refused) {
            throw new NoServer("no server answers at " + server + "; is it running?");
        } catch (IOException failure) {
            throw new NoServer("no answer from " + server + ": " + failure);
        }
        if (response.statusCode() == 401) {
            throw new NoServer("the server at " + server + " does not know the token in " + tokenFile
                    + "; is it the token file of that server?");
        }
        JsonNode answer;
        try {
            answer = JSON.readTree(response.body());
        } catch (JsonProcessingException notOurs) {
            throw new NoServer("what answers at " + server + " is not Loligo's admin_port");
        }
        if (response.statusCode() >= 300) {
            String reason = answer.path("error").asText("the server answered " + response.statusCode());
            throw new OrderRefused(reason, answer);
        }
        return answer;
    }

    private String token(String server) throws NoServer {
        try {
            return Files.readString(tokenFile, StandardCharsets.US_ASCII).trim();
        } catch (NoSuchFileException missing) {
            throw new NoServer("no server runs at " + server + ": there is no token file " + tokenFile);
        } catch (AccessDeniedException denied) {
            throw new NoServer("the token file " + tokenFile + " may not be read by this user; only the server's may");
        } catch (IOException unreadable) {
            throw new NoServer("the token file " + tokenFile + " cannot be read: " + unreadable.getMessage());
        }
    }
}
