package io.loligo.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One client connection that sends exactly the bytes it is given and reads answers as they were sent: nothing is added,
 * joined, retried or followed. Reads give up after {@value #READ_TIMEOUT_MILLIS} ms.
 */
public final class RawHttp implements AutoCloseable {
    static final int READ_TIMEOUT_MILLIS = 15_000;

    private final Socket socket;
    private final InputStream in;

    private RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
    }

    static RawHttp connect(int port) {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public static RawHttp connect(InetSocketAddress server) {
        try {
            var socket = new Socket();
            socket.connect(server, READ_TIMEOUT_MILLIS);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            return new RawHttp(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** GET on a connection of its own, for {@code www.example.org}; each of {@code fields} is {@code Name: value}. */
    static Answer get(int port, String path, String... fields) {
        return exchange(port, "GET", path, fields);
    }

    /** A request without body on a connection of its own, for {@code www.example.org}. */
    static Answer exchange(int port, String method, String path, String... fields) {
        try (var connection = connect(port)) {
            return connection.send(head(method, path, fields)).answer(method);
        }
    }

    /** A request head for {@code www.example.org}, with the empty line. */
    static String head(String method, String path, String... fields) {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: www.example.org\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** Sends {@code latin1}, each char one byte. */
    public RawHttp send(String latin1) {
        return send(latin1.getBytes(ISO_8859_1));
    }

    RawHttp send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next answer, to a GET. */
    Answer answer() {
        return answer("GET");
    }

    /** The next answer, with what came before it as 1xx. */
    public Answer answer(String method) {
        try {
            List<Head> interim = new ArrayList<>();
            Head head = readHead();
            while (head.status() < 200) {
                interim.add(head);
                head = readHead();
            }
            var body = new ByteArrayOutputStream();
            boolean complete = hasBody(method, head.status()) ? readBody(head, body) : true;
            return new Answer(interim, head, body.toByteArray(), complete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next head alone, be it 1xx; whatever follows it is left unread. */
    Head headOnly() {
        try {
            return readHead();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next {@code count} bytes, or fewer at the end. */
    byte[] bytes(int count) {
        try {
            return in.readNBytes(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the server closes (or resets) without sending another byte. Waits for it. */
    boolean isClosedByServer() {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("still open after " + READ_TIMEOUT_MILLIS + " ms", e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasBody(String method, int status) {
        return !method.equals("HEAD") && status != 204 && status != 304;
    }

    private Head readHead() throws IOException {
        String statusLine = readLine();
        if (!statusLine.matches("HTTP/\\d\\.\\d \\d{3}( .*)?")) {
            throw new IOException("not a status line: " + statusLine);
        }
        List<Field> fields = new ArrayList<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("not a field line: " + line);
            }
            fields.add(new Field(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return new Head(statusLine, List.copyOf(fields));
    }

    private String readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed within a line, after: " + line.toString(ISO_8859_1));
            }
            line.write(b);
        }
        String text = line.toString(ISO_8859_1);
        if (!text.endsWith("\r")) {
            throw new IOException("line ended by a bare LF: " + text);
        }
        return text.substring(0, text.length() - 1);
    }

    /** False when the connection ended before the body did. */
    private boolean readBody(Head head, ByteArrayOutputStream body) throws IOException {
        if (head.field("Transfer-Encoding").filter("chunked"::equalsIgnoreCase).isPresent()) {
            return readChunks(body);
        }
        Optional<String> length = head.field("Content-Length");
        if (length.isPresent()) {
            if (!length.get().matches("\\d{1,18}")) {
                throw new IOException("not a Content-Length: " + length.get());
            }
            return readBytes(Long.parseLong(length.get()), body);
        }
        in.transferTo(body);
        return true;
    }

    private boolean readChunks(ByteArrayOutputStream body) throws IOException {
        try {
            while (true) {
                long size = chunkSize(readLine());
                if (size == 0) {
                    while (!readLine().isEmpty()) {
                        // Trailer fields are not looked at.
                    }
                    return true;
                }
                if (!readBytes(size, body) || !readLine().isEmpty()) {
                    return false;
                }
            }
        } catch (EOFException | SocketException e) {
            return false;
        }
    }

    private static long chunkSize(String line) throws IOException {
        if (!line.matches("[0-9A-Fa-f]{1,15}")) {
            throw new IOException("not a chunk size: " + line);
        }
        return Long.parseLong(line, 16);
    }

    private boolean readBytes(long count, ByteArrayOutputStream body) throws IOException {
        try {
            for (long left = count; left > 0; ) {
                byte[] part = in.readNBytes((int) Math.min(left, 64 << 10));
                if (part.length == 0) {
                    return false;
                }
                body.write(part);
                left -= part.length;
            }
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    /** A field line as it came. */
    public record Field(String name, String value) {}

    /** A status line with its fields, in their order. */
    public record Head(String statusLine, List<Field> fields) {
        public int status() {
            return Integer.parseInt(statusLine.substring(9, 12));
        }

        /** The first value of that name. */
        public Optional<String> field(String name) {
            return fields.stream()
                    .filter(f -> f.name().equalsIgnoreCase(name))
                    .map(Field::value)
                    .findFirst();
        }

        public List<String> all(String name) {
            return fields.stream()
                    .filter(f -> f.name().equalsIgnoreCase(name))
                    .map(Field::value)
                    .toList();
        }
    }

    /**
     * A final answer.
     *
     * @param interim the 1xx before it
     * @param body without framing
     * @param complete false when the connection ended before the framing said so
     */
    @SuppressWarnings("ArrayRecordComponent") // No test compares answers, only what is in them.
    public record Answer(List<Head> interim, Head head, byte[] body, boolean complete) {
        public int status() {
            return head.status();
        }

        public Optional<String> field(String name) {
            return head.field(name);
        }

        public String text() {
            return new String(body, ISO_8859_1);
        }

        /** Whether it came from the store without asking the origin, as Cache-Status says it. */
        boolean isHit() {
            return field("Cache-Status").orElse("").matches(".*;\\s*hit(\\s*;.*)?");
        }

        @Override
        public String toString() {
            return head.statusLine() + " " + head.fields() + " " + body.length + " bytes" + (complete ? "" : ", cut");
        }
    }
}
