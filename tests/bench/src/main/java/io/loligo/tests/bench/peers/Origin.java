package io.loligo.tests.bench.peers;

import io.loligo.tests.RawHttp.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The origin of all servers, an nginx, and the count of what it was asked. Its pages:
 *
 * <ul>
 *   <li>{@code /1k.bin}, {@code /16k.bin}, {@code /100k.bin}, {@code /5m.bin}: fresh for a day
 *   <li>{@code /pass/ANY}: 1 KB, no-store; the servers are told beforehand that nothing under it is to be stored
 *   <li>{@code /nostore/ANY}: 1 KB, no-store, which the servers are not told
 *   <li>{@code /u/ANY}: 1 KB, fresh for a day
 *   <li>{@code /v/ANY}: 1 KB, with an ETag, to be validated each time; with {@code ?probe=1} it counts as a probe
 *   <li>{@code /vary/ANY}: 1 KB, fresh for a day, one variant per {@code Referer}
 *   <li>{@code /paced/ANY}: a {@link PacedPage}, from the {@link PacedOrigin} behind it
 * </ul>
 */
final class Origin {
    private static final Pattern REQUESTS = Pattern.compile("\\s(\\d+) (\\d+) (\\d+)\\s");
    private static final Map<String, Integer> SIZES =
            Map.of("/1k.bin", 1 << 10, "/16k.bin", 16 << 10, "/100k.bin", 100 << 10, "/5m.bin", 5 << 20);

    private static final int SETTLE_MILLIS = 50;
    private static final int SETTLE_TRIES = 200;

    private final int port;
    private final Path directory;
    private final PacedOrigin paced;
    private long asked;

    private Origin(int port, Path directory, PacedOrigin paced) {
        this.port = port;
        this.directory = directory;
        this.paced = paced;
    }

    static Origin start(Workplace workplace, Cores cores) throws IOException {
        Path directory = workplace.directory("origin");
        Path pages = Files.createDirectories(directory.resolve("pages"));
        Random random = new Random(1);
        for (Map.Entry<String, Integer> page : SIZES.entrySet()) {
            byte[] body = new byte[page.getValue()];
            random.nextBytes(body);
            Files.write(pages.resolve(page.getKey().substring(1)), body);
        }
        Origin origin = new Origin(workplace.freePort(), directory, PacedOrigin.start());
        Path conf = directory.resolve("nginx.conf");
        Files.writeString(conf, origin.configuration());
        Process process = workplace.start(
                cores.other(List.of(
                        Programs.path("nginx"),
                        "-e",
                        directory.resolve("error.log").toString(),
                        "-p",
                        directory.toString(),
                        "-c",
                        conf.toString())),
                Map.of(),
                directory,
                directory.resolve("output"));
        Ask.until200(origin.port, "/requests", Duration.ofSeconds(10), process);
        origin.asked = origin.total();
        return origin;
    }

    private String configuration() {
        String page = "rewrite ^ /1k.bin break; add_header Cache-Control";
        return NginxConf.main(directory, 1, "off")
                + """
                    log_format probe "$status";
                    map $arg_probe $probed { default 0; 1 1; }
                    upstream paced {
                        server 127.0.0.1:%4$d;
                        keepalive 1024;
                        keepalive_requests 1000000000;
                    }
                    server {
                        listen 127.0.0.1:%1$d backlog=4096;
                        root %2$s/pages;
                        default_type application/octet-stream;
                        location / { add_header Cache-Control "public, max-age=86400"; }
                        location /pass/ { %3$s "no-store"; }
                        location /nostore/ { %3$s "no-store"; }
                        location /u/ { %3$s "public, max-age=86400"; }
                        location /v/ {
                            access_log %2$s/probes.log probe if=$probed;
                            # For nginx, which stores nothing that says max-age=0, to store it and to know it as expired.
                            add_header X-Accel-Expires "@1";
                            %3$s "public, max-age=0, must-revalidate";
                        }
                        location /vary/ {
                            # A tag of its own for each variant; a shared one would say that they are the same.
                            etag off;
                            if_modified_since off;
                            add_header Vary "Referer";
                            add_header ETag '"$http_referer"';
                            %3$s "public, max-age=86400";
                        }
                        location %5$s {
                            proxy_pass http://paced;
                            proxy_http_version 1.1;
                            proxy_set_header Connection "";
                            proxy_buffering off;
                        }
                        location = /requests { stub_status; }
                    }
                }
                """.formatted(port, directory, page, paced.port(), PacedPage.PREFIX);
    }

    int port() {
        return port;
    }

    /** What is behind {@code /paced/}. */
    PacedOrigin paced() {
        return paced;
    }

    /** What a page of a path has for a body. */
    byte[] body(String path) throws IOException {
        String file = SIZES.containsKey(path) ? path : "/1k.bin";
        return Files.readAllBytes(directory.resolve("pages").resolve(file.substring(1)));
    }

    /** Requests that it has answered since it started, without those that ask for the count. */
    synchronized long requests() throws IOException {
        long total = total();
        return total - ++asked;
    }

    /** Waits until nothing more arrives: servers that fetch for their cache do so when the client has gone. */
    void settle() throws IOException {
        long last = requests();
        for (int tries = 0; tries < SETTLE_TRIES; tries++) {
            Ask.pause(SETTLE_MILLIS);
            long now = requests();
            if (now == last) {
                return;
            }
            last = now;
        }
        throw new IOException("the origin gets requests that nobody makes");
    }

    private long total() throws IOException {
        Answer answer = Ask.get(port, "/requests");
        Matcher matcher = REQUESTS.matcher(answer.text());
        if (!matcher.find()) {
            throw new IOException("not a count: " + answer.text());
        }
        return Long.parseLong(matcher.group(3));
    }

    /** How many probes it has answered with a status. */
    long probes(int status) throws IOException {
        Path log = directory.resolve("probes.log");
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.equals(Integer.toString(status))).count();
        }
    }
}
