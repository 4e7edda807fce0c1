package io.loligo.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Programs that people already use with Squid, as Debian ships them. Where one is not installed its tests are skipped, and
 * say so; with {@code -Dloligo.require.debian=true} they fail.
 */
@Tag("debian")
@DisplayName("Debian's programs")
class RealClientsTest extends ScenarioWithOneOrigin {

    RealClientsTest() {
        super("acl other method OPTIONS", "access_log stdio:DIR/combined.log combined");
    }

    private static Path program(String name, String debianPackage) {
        var found = Arrays.stream(System.getenv("PATH").split(":", -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
        String missing = name + " is not installed (Debian: apt-get install " + debianPackage + ")";
        if (Boolean.getBoolean("loligo.require.debian")) {
            assertThat(found).as(missing).isPresent();
        }
        assumeThat(found).as(missing).isPresent();
        return found.orElseThrow();
    }

    private String run(Path program, String... arguments) throws IOException, InterruptedException {
        Path input = loligo.directory().resolve("access.log");
        Path output =
                Files.createTempFile(loligo.directory(), program.getFileName().toString(), ".out");
        var command = Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                .toList();
        Process process = new ProcessBuilder(command)
                .redirectInput(Files.exists(input) ? input.toFile() : new java.io.File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        return Files.readString(output, UTF_8);
    }

    private String squidclient(String... arguments) throws IOException, InterruptedException {
        var all = Stream.concat(Stream.of("-h", "127.0.0.1", "-p", Integer.toString(port)), Arrays.stream(arguments))
                .toArray(String[]::new);
        return run(program("squidclient", "squidclient"), all);
    }

    @Test
    void squidclient_gets_a_page() throws Exception {
        String path = cacheablePage("hello, squidclient");

        String first = squidclient("http://www.example.org" + path);
        String second = squidclient("http://www.example.org" + path);

        assertThat(first).contains("200 OK").contains("hello, squidclient").contains("MISS from");
        assertThat(second).contains("200 OK").contains("hello, squidclient").contains("HIT from");
        assertThat(origin.requests(path)).isOne();
    }

    @Test
    void squidclient_gets_a_page_in_origin_form() throws Exception {
        String path = cacheablePage("hello, squidclient");

        assertThat(squidclient("-j", "www.example.org", path)).contains("hello, squidclient");
    }

    @Test
    void squidclient_purges_a_page() throws Exception {
        String path = cacheablePage("x");
        RawHttp.get(port, path);

        assertThat(squidclient("-m", "PURGE", "http://www.example.org" + path)).contains("200 OK");
        assertThat(squidclient("-m", "PURGE", "http://www.example.org" + path)).contains("404 Not Found");

        assertThat(RawHttp.get(port, path).isHit()).isFalse();
    }

    @Test
    void squidclient_reads_mgr_info() throws Exception {
        RawHttp.get(port, cacheablePage("x"));

        String info = squidclient("mgr:info");

        assertThat(info)
                .contains("200 OK")
                .contains("Squid Object Cache: Version")
                .containsPattern("Number of HTTP requests received:\\s*\\d+")
                .containsPattern("UP Time:\\s*[\\d.]+ seconds")
                .containsPattern("Hits as % of all requests:\\s*5min: [\\d.]+%, 60min: [\\d.]+%")
                .containsPattern("Mean Object Size:\\s*[\\d.]+ KB");
    }

    @Test
    void squidclient_reads_mgr_counters() throws Exception {
        RawHttp.get(port, cacheablePage("x"));

        assertThat(squidclient("mgr:counters")).containsPattern("client_http\\.requests = [1-9]\\d*");
    }

    @Test
    void calamaris_reads_every_line_of_access_log() throws Exception {
        String path = cacheablePage("x");
        RawHttp.get(port, path);
        RawHttp.get(port, path);
        RawHttp.get(port, path, "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT");
        RawHttp.exchange(port, "HEAD", path);
        RawHttp.exchange(port, "POST", path, "Content-Length: 0");
        RawHttp.exchange(port, "PURGE", path);
        RawHttp.exchange(port, "FROB/NICATE", path);
        RawHttp.get(port, "/a b");
        RawHttp.get(port, Origin.freshPath() + "?with=query");
        String last = cacheablePage("x");
        RawHttp.get(port, last);
        await().until(() -> loligo.accessLog().stream().anyMatch(line -> line.contains(last)));
        List<String> lines = loligo.accessLog();

        String report = run(program("calamaris", "calamaris"), "-a");

        assertThat(report).containsPattern("(?i)lines parsed:?\\s+lines?\\s+" + lines.size() + "\\b");
        assertThat(report).containsPattern("(?i)invalid lines:?\\s+lines?\\s+0\\b");
    }

    @Test
    void curl_gets_a_page_a_range_and_a_validated_page() throws Exception {
        Path curl = program("curl", "curl");
        String path = Origin.freshPath();
        origin.answer(path, page("0123456789", "max-age=60").withHeader("ETag", "\"v1\""));
        String url = "http://127.0.0.1:" + port + path;
        String host = "Host: www.example.org";

        assertThat(run(curl, "-sS", "-H", host, url)).isEqualTo("0123456789");
        assertThat(run(curl, "-sS", "-H", host, "-r", "2-4", url)).isEqualTo("234");
        assertThat(run(curl, "-sS", "-H", host, "-H", "If-None-Match: \"v1\"", "-w", "%{http_code}", url))
                .isEqualTo("304");
        assertThat(run(curl, "-sS", "-H", host, "--http1.0", url)).isEqualTo("0123456789");
        assertThat(run(curl, "-sS", "-H", host, "-I", "-w", "%{http_code}", url))
                .endsWith("200");
        assertThat(run(curl, "-sS", "-H", host, "-d", "x=y", "-w", "%{http_code}", url))
                .endsWith("200");
    }
}
