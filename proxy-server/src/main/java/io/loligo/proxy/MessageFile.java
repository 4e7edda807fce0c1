package io.loligo.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.explain.ExplainRequest.Unexplainable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the head of an HTTP message from a file that an operator has written or copied. Lines may end with LF or CRLF. A body
 * after the empty line is ignored.
 */
final class MessageFile {
    /** Number of bytes that are read from a file. No head is longer. */
    private static final int BYTES_MAX = 1 << 20;

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST_LINE = Pattern.compile("(" + TOKEN + ") (\\S+) HTTP/1\\.([01])");
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})(?: (.*))?");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):[ \\t]*(.*?)[ \\t]*");

    private MessageFile() {}

    /** A request head; its target may be a whole URL. */
    static RequestHead request(Path file) throws Unexplainable {
        String[] lines = lines(file);
        Matcher first = REQUEST_LINE.matcher(lines[0]);
        if (!first.matches()) {
            throw wrong(file, 1, "expected a request line, GET /path HTTP/1.1");
        }
        HttpVersion version = first.group(3).equals("1") ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_1_0;
        return new RequestHead(first.group(1), first.group(2), version, fields(file, lines));
    }

    static ResponseHead response(Path file) throws Unexplainable {
        String[] lines = lines(file);
        Matcher first = STATUS_LINE.matcher(lines[0]);
        if (!first.matches()) {
            throw wrong(file, 1, "expected a status line, HTTP/1.1 200 OK");
        }
        String reason = first.group(2) == null ? "" : first.group(2);
        return new ResponseHead(Integer.parseInt(first.group(1)), reason, fields(file, lines));
    }

    private static Fields fields(Path file, String[] lines) throws Unexplainable {
        Fields.Builder fields = Fields.builder();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            Matcher field = FIELD.matcher(lines[i]);
            if (!field.matches()) {
                throw wrong(file, i + 1, "expected a field, Name: value, or an empty line before the body");
            }
            if (field.group(2).chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
                throw wrong(file, i + 1, "a control character in a field's value");
            }
            fields.add(field.group(1), field.group(2));
        }
        return fields.build();
    }

    /** The lines of the head without their line ends; at least one line. */
    private static String[] lines(Path file) throws Unexplainable {
        try (InputStream in = Files.newInputStream(file)) {
            String[] lines = new String(in.readNBytes(BYTES_MAX), ISO_8859_1).split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                lines[i] = lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
            }
            return lines;
        } catch (IOException e) {
            throw new Unexplainable(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static Unexplainable wrong(Path file, int line, String expected) {
        return new Unexplainable(file + ":" + line + ": " + expected);
    }
}
