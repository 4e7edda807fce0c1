package io.loligo.tests.conformance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loligo.tests.RawHttp.Field;
import io.loligo.tests.RawHttp.Head;
import io.loligo.tests.conformance.CaseTranscript.OriginExchange;
import io.loligo.tests.conformance.ConformanceCase.Interim;
import io.loligo.tests.conformance.ConformanceCase.Script;
import io.loligo.tests.conformance.ConformanceCase.StatusLine;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The origin of all cases: HTTP/1.1 with keep-alive, a thread for each connection, each case on a path that nobody can
 * guess. Writes exactly what a case says, repeated lines and odd values included. Safe for use from many threads.
 */
final class CaseOrigin implements AutoCloseable {
    private static final String PREFIX = "/case/";
    private static final int MAX_LINE = 64 << 10;

    private final ServerSocket listener;
    private final boolean dates;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Guest> guests = new ConcurrentHashMap<>();

    private CaseOrigin(ServerSocket listener, boolean dates) {
        this.listener = listener;
        this.dates = dates;
    }

    /** Listens on {@code port} of 127.0.0.1, any free one for 0, and sends no field that a case does not name. */
    static CaseOrigin start(int port) {
        return start(port, false);
    }

    /** With {@code dates}, an answer for which a case gives no Date has the present one, as most servers send it. */
    static CaseOrigin start(int port, boolean dates) {
        try {
            var origin = new CaseOrigin(new ServerSocket(port, 1024, InetAddress.getLoopbackAddress()), dates);
            origin.threads.execute(origin::accept);
            return origin;
        } catch (IOException e) {
            throw new UncheckedIOException("no origin on port " + port, e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Gives {@code subject} a path of its own. */
    Guest admit(ConformanceCase subject) {
        var guest = new Guest(UUID.randomUUID().toString(), subject);
        guests.put(guest.caseId, guest);
        return guest;
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return; // The listener was closed: the end of the run.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean open = true;
            while (open) {
                Head head = readHead(in);
                open = head != null && answer(head, in, socket.getOutputStream());
            }
        } catch (IOException e) {
            // The proxy hung up or sent what is no HTTP: what that means shows at the client.
        } finally {
            open.remove(socket);
        }
    }

    /** False when the connection must end. */
    private boolean answer(Head request, InputStream in, OutputStream out) throws IOException {
        if (request.field("Expect").filter("100-continue"::equalsIgnoreCase).isPresent()) {
            write(out, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        readBody(request, in);
        String[] line = request.statusLine().split(" ", -1);
        String path = line.length > 1 ? line[1] : "";
        int at = path.indexOf(PREFIX); // An absolute target is the proxy's right. RFC 9112 §3.2.2
        String caseId = at < 0 ? "" : path.substring(at + PREFIX.length()).split("[/?]", -1)[0];
        Guest guest = guests.get(caseId);
        int number = request.field("Req-Num")
                .filter(n -> n.matches("\\d{1,4}"))
                .map(Integer::parseInt)
                .orElse(0);
        if (guest == null || number < 1 || number > guest.subject.steps().size()) {
            return write(out, "HTTP/1.1 404 No Such Case\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n");
        }
        return guest.answer(number, line[0], path.substring(at), request, out);
    }

    private static boolean write(OutputStream out, String latin1) throws IOException {
        out.write(latin1.getBytes(ISO_8859_1));
        out.flush();
        return true;
    }

    /** Null at the end of the connection. The request line stands where a {@link Head} has its status line. */
    private static @Nullable Head readHead(InputStream in) throws IOException {
        String requestLine = readLine(in);
        if (requestLine == null) {
            return null;
        }
        List<Field> fields = new ArrayList<>();
        for (String line = readLine(in); ; line = readLine(in)) {
            if (line == null) {
                throw new EOFException("within a head");
            }
            if (line.isEmpty()) {
                return new Head(requestLine, List.copyOf(fields));
            }
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("not a field line: " + line);
            }
            fields.add(new Field(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
    }

    private static @Nullable String readLine(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                if (line.size() == 0) {
                    return null;
                }
                throw new EOFException("within a line");
            }
            if (line.size() >= MAX_LINE) {
                throw new IOException("a line of more than " + MAX_LINE + " bytes");
            }
            line.write(b);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }

    private static void readBody(Head request, InputStream in) throws IOException {
        if (request.field("Transfer-Encoding").isPresent()) {
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                in.skipNBytes(size);
                readLine(in);
            }
            for (String trailer = readLine(in); trailer != null && !trailer.isEmpty(); trailer = readLine(in)) {
                // Trailer fields are not looked at.
            }
            return;
        }
        Optional<String> length = request.field("Content-Length");
        if (length.isPresent()) {
            in.skipNBytes(Long.parseLong(length.get()));
        }
    }

    private static int chunkSize(InputStream in) throws IOException {
        String line = readLine(in);
        if (line == null) {
            throw new EOFException("within a chunked body");
        }
        return Integer.parseInt(line.split(";", -1)[0].strip(), 16);
    }

    /** A case that the origin has a path for. */
    final class Guest implements AutoCloseable {
        private final String caseId;
        private final ConformanceCase subject;
        private final List<OriginExchange> seen = new ArrayList<>();
        private final Map<Integer, Map<String, String>> sent = new LinkedHashMap<>();

        private Guest(String caseId, ConformanceCase subject) {
            this.caseId = caseId;
            this.subject = subject;
        }

        String caseId() {
            return caseId;
        }

        String path() {
            return PREFIX + caseId;
        }

        synchronized List<OriginExchange> seen() {
            return List.copyOf(seen);
        }

        /** Its path is unknown from here on. */
        @Override
        public void close() {
            guests.remove(caseId);
        }

        private boolean answer(int number, String method, String path, Head request, OutputStream out)
                throws IOException {
            Script script = subject.steps().get(number - 1).script();
            Written answer = prepare(number, method, path, request, script);
            pause(script);
            if (script.disconnect()) {
                return false;
            }
            for (Interim interim : script.interim()) {
                var head = new StringBuilder("HTTP/1.1 " + interim.status() + " " + reason(interim.status()) + "\r\n");
                interim.fields().forEach(field -> head.append(line(field.name(), field.at(Instant.EPOCH))));
                write(out, head.append("\r\n").toString());
            }
            write(out, answer.head + answer.body);
            return answer.keepAlive;
        }

        private record Written(String head, String body, boolean keepAlive) {}

        /** Counts the request and makes its answer, in one step: what it says of the requests so far is exact. */
        private synchronized Written prepare(int number, String method, String path, Head request, Script script) {
            Instant now = Clock.systemUTC().instant();
            List<Field> fields = new ArrayList<>();
            fields.add(new Field("Server-Base-Url", path));
            fields.add(new Field("Server-Request-Count", Integer.toString(seen.size() + 1)));
            fields.add(new Field("Client-Request-Count", Integer.toString(number)));
            fields.add(new Field("Server-Now", Long.toString(now.toEpochMilli())));
            fields.add(new Field(
                    "Request-Numbers",
                    seen.stream().map(s -> s.number() + " ").collect(Collectors.joining()) + number));
            Map<String, String> values = new LinkedHashMap<>();
            Map<String, String> checked = new LinkedHashMap<>();
            for (ScriptedField scripted : script.fields()) {
                String name = scripted.name();
                String value = value(scripted, script, path, now);
                fields.add(new Field(name, value));
                values.merge(name.toLowerCase(Locale.ROOT), value, (a, b) -> a + ", " + b);
                if (scripted.checked()) {
                    checked.put(name, values.getOrDefault(name.toLowerCase(Locale.ROOT), ""));
                }
            }
            sent.putIfAbsent(number, values);
            if (dates && !values.containsKey("date")) {
                fields.add(new Field("Date", new ScriptedField("Date", null, 0, false).at(now)));
            }
            if (!values.containsKey("content-type")) {
                fields.add(new Field("Content-Type", "text/plain"));
            }
            StatusLine status = status(number, request, script);
            boolean bodiless = status.code() == 204 || status.code() == 304 || method.equals("HEAD");
            String body = bodiless ? "" : script.body() == null ? caseId : script.body();
            boolean ownCoding = values.containsKey("transfer-encoding");
            if (!bodiless && !ownCoding && !values.containsKey("content-length")) {
                fields.add(new Field("Content-Length", Integer.toString(body.length())));
            }
            var head = new StringBuilder("HTTP/1.1 " + status.code() + " " + status.reason() + "\r\n");
            fields.forEach(field -> head.append(line(field.name(), field.value())));
            head.append("\r\n");
            String written = script.disconnect() ? "" : head.toString();
            List<Field> mustArrive = script.disconnect()
                    ? List.of()
                    : checked.entrySet().stream()
                            .map(e -> new Field(e.getKey(), e.getValue()))
                            .toList();
            seen.add(new OriginExchange(number, method, request, written, mustArrive));
            return new Written(head.toString(), body, !ownCoding || bodiless);
        }

        private StatusLine status(int number, Head request, Script script) {
            if (script.mustValidate()) {
                return matches(request, "If-None-Match", previous(number, "ETag"))
                                || matches(request, "If-Modified-Since", previous(number, "Last-Modified"))
                        ? new StatusLine(304, "Not Modified")
                        : new StatusLine(999, "304 Not Generated");
            }
            StatusLine status = script.status();
            return status == null ? new StatusLine(200, "OK") : status;
        }

        /** The validator of the entry before: its text, whether it was asked for or not, or the date it was sent with. */
        private @Nullable String previous(int number, String name) {
            if (number == 1) {
                return null;
            }
            return subject.steps().get(number - 2).script().fields().stream()
                    .filter(field -> field.is(name))
                    .findFirst()
                    .map(field -> field.text() != null
                            ? field.text()
                            : sent.getOrDefault(number - 1, Map.of()).get(name.toLowerCase(Locale.ROOT)))
                    .orElse(null);
        }
    }

    private static boolean matches(Head request, String condition, @Nullable String validator) {
        return validator != null
                && request.field(condition).filter(validator::equals).isPresent();
    }

    private static String value(ScriptedField field, Script script, String path, Instant now) {
        String value =
                script.rfc850().contains(field.name().toLowerCase(Locale.ROOT)) ? field.rfc850At(now) : field.at(now);
        if (script.magicLocations() && (field.is("Location") || field.is("Content-Location"))) {
            return value.isEmpty() ? path : path + "/" + value;
        }
        return value;
    }

    private static String line(String name, String value) {
        return name + ": " + value + "\r\n";
    }

    private static String reason(int status) {
        return status == 102 ? "Processing" : status == 103 ? "Early Hints" : "Interim";
    }

    private static void pause(Script script) {
        try {
            Thread.sleep(script.pause().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
