package io.loligo.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.log.Exchange;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManagerPagesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:02:33.708Z");
    private final Metrics metrics = new Metrics(NOW.minusSeconds(3_600).toEpochMilli());
    private final ManagerPages pages = new ManagerPages(new AnyServer(), metrics, InstantSource.fixed(NOW));

    @BeforeEach
    void serve() {
        long end = NOW.toEpochMilli();
        metrics.record(Exchange.hit().endedAt(end).took(8).bytes(4_096).build());
        metrics.record(Exchange.hit().endedAt(end).took(8).bytes(4_096).build());
        metrics.record(Exchange.miss().endedAt(end).took(100).bytes(2_048).build());
        metrics.record(Exchange.miss().endedAt(end).took(100).status(504).build());
        metrics.recordOriginBytes(1_024, 10_240);
    }

    @DisplayName("what clients of the cache manager look for is there, as they look for it")
    @ParameterizedTest(name = "{0} reads {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # client                    | page          | its regular expression                              | finds
        Munin squid_cache           | storedir      | Maximum.*Size\\s*:\\s*(\\d+)                        | 262144
        Munin squid_cache           | storedir      | Current.*Size\\s*:\\s*(\\d+)                        | 3072
        Munin squid_icp             | server_list   | Address\\[0\\] : ([\\d.]+)                          | 192.0.2.10
        Munin squid_icp             | server_list   | FETCHES    : (\\d+)                                 | 77
        Munin squid_objectsize      | info          | Mean Object Size:\\t([\\d.]+) KB                    | 96.00
        Munin squid_requests        | counters      | client_http.requests = (\\d+)                       | 4
        Munin squid_requests        | counters      | client_http.hits = (\\d+)                           | 2
        Munin squid_requests        | counters      | client_http.errors = (\\d+)                         | 1
        Munin squid_traffic         | counters      | client_http.kbytes_in = (\\d+)                      | 0
        Munin squid_traffic         | counters      | client_http.kbytes_out = (\\d+)                     | 10
        Munin squid_traffic         | counters      | client_http.hit_kbytes_out = (\\d+)                 | 8
        prometheus-squid-exporter   | counters      | (?m)^server.http.requests = (\\d+)$                 | 2
        prometheus-squid-exporter   | counters      | (?m)^server.all.kbytes_in = (\\d+)$                 | 10
        prometheus-squid-exporter   | service_times | \\tHTTP Requests \\(All\\):   5%\\s+([\\d.]+)\\s+[\\d.]+ | 0.00800
        prometheus-squid-exporter   | service_times | \\tCache Misses:\\s+95%\\s+([\\d.]+)\\s+[\\d.]+     | 0.09600
        prometheus-squid-exporter   | info          | Number of HTTP requests received:\\t(\\d+)          | 4
        prometheus-squid-exporter   | info          | Request failure ratio:\\t ?([\\d.]+)                | 0.25
        prometheus-squid-exporter   | info          | Hits as % of all requests:\\t5min: ([\\d.]+)%, 60min | 50.0
        prometheus-squid-exporter   | info          | UP Time:\\t([\\d.]+) seconds                        | 3600.000
        prometheus-squid-exporter   | info          | (\\d+) on-disk objects                              | 32
        a person                    | info          | Start Time:\\t(.*)                                  | Fri, 20 Nov 2026 23:02:33 GMT
        a person                    | server_list   | Status     : (\\w+)                                 | Up
        a person                    | server_list   | Parent     : server_2[\\s\\S]*Status     : (\\w+)    | Down
        a person                    | 5min          | client_http.requests = ([\\d.]+)/sec                | 0.0119
        a person                    | 60min         | client_http.hit_median_svc_time = ([\\d.]+) seconds | 0.008000
        """)
    void clients(String client, String page, String expression, String found) {
        String text = pages.render(page).orElseThrow();

        Matcher matcher = Pattern.compile(expression).matcher(text);
        assertThat(matcher.find()).as("%s in%n%s", expression, text).isTrue();
        assertThat(matcher.group(1)).startsWith(found);
    }

    @DisplayName("counters is a sample time and names with numbers")
    @Test
    void counters() {
        List<String> lines = pages.render("counters").orElseThrow().lines().toList();

        assertThat(lines.get(0)).isEqualTo("sample_time = 1795219353.708000 (Sat, 21 Nov 2026 00:02:33 GMT)");
        assertThat(lines.subList(1, lines.size()))
                .hasSizeGreaterThanOrEqualTo(50)
                .allMatch(line -> line.matches("[a-z_]+(\\.[a-z_]+){0,2} = \\d+(\\.\\d+)?"));
    }

    @DisplayName("service_times has 19 percentiles for each of seven kinds")
    @Test
    void serviceTimes() {
        List<String> lines = pages.render("service_times").orElseThrow().lines().toList();

        assertThat(lines.get(0)).isEqualTo("Service Time Percentiles            5 min    60 min:");
        assertThat(lines.subList(1, lines.size()))
                .hasSize(7 * 19)
                .allMatch(
                        line -> line.matches("\\t[-A-Za-z ()]+: +\\d+%  [ \\d]{2}\\d?\\.\\d{5} [ \\d]{2}\\d?\\.\\d{5}")
                                || line.matches("\\t[-A-Za-z ()]+: +\\d+% +\\d+\\.\\d{5} +\\d+\\.\\d{5}"));
    }

    @DisplayName("every page of the menu can be had")
    @Test
    void menu() {
        List<String> lines = pages.render("menu").orElseThrow().lines().toList();

        assertThat(lines).isNotEmpty().allMatch(line -> line.matches(" \\S+ *\\t.{32,}\\tpublic"));
        for (String line : lines) {
            String page = line.strip().replaceFirst("\\s.*", "");
            assertThat(pages.render(page)).as(page).isPresent();
        }
        assertThat(pages.render("")).isEqualTo(pages.render("menu"));
    }

    @DisplayName("there is no other page")
    @ParameterizedTest
    @ValueSource(strings = {"shutdown", "config", "INFO", "info/", "../info", "info?x"})
    void noSuchPage(String page) {
        assertThat(pages.render(page)).isEmpty();
    }

    /** A server with two peers and a store of 32 objects. */
    private static final class AnyServer implements ServerView {
        @Override
        public String version() {
            return "0.1.0";
        }

        @Override
        public String visibleHostname() {
            return "edge.example.org";
        }

        @Override
        public Instant startTime() {
            return NOW.minusSeconds(3_600);
        }

        @Override
        public StoreStats store() {
            return new StoreStats(
                    32,
                    3 << 20,
                    256 << 20,
                    new StoreStats.Places(2 << 20, 512 << 10, 256 << 10, 256 << 10, 270 << 20),
                    true,
                    5,
                    0,
                    0,
                    0,
                    0,
                    List.of());
        }

        @Override
        public List<PeerState> peers() {
            return List.of(
                    new PeerState(
                            "server_1",
                            "origin.example.org",
                            8081,
                            List.of("originserver", "default"),
                            List.of("192.0.2.10", "2001:db8::10"),
                            true,
                            77,
                            3,
                            12,
                            97),
                    new PeerState("server_2", "192.0.2.11", 8082, List.of(), List.of(), false, 0, 0, 0, 0));
        }

        @Override
        public int clientConnections() {
            return 9;
        }
    }
}
