package io.loligo.tests.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

@DisplayName("The plot and the summary of a run")
class PlotTest {
    private static final String RUN = """
            {"at": "2026-11-28T12:00:00Z", "command": "-w 'a<b&c'", "rounds": 3, "connections": 64, "pinned": true,
             "cores": 2, "processor": "ACME <9000>", "system": "Linux 6.1.0", "window_s": 3.0, "java_opts": "-Xmx1g",
             "servers": {"loligo": {"title": "Loligo", "version": "loligo 1.0"},
                         "nginx": {"title": "nginx", "version": "nginx 1.22"},
                         "haproxy": {"title": "HAProxy", "version": "haproxy 2.6"}},
             "scenes": [
               {"number": "W1", "name": "hit-1k", "title": "hit of 1 KB", "summary": ["cpu_us"],
                "measures": {"cpu_us": {"heading": "CPU µs", "decimals": 2, "better": "lower"}},
                "servers": {"loligo": {"values": {"cpu_us": 8}, "ratios": {"cpu_us": 1}},
                            "nginx": {"values": {"cpu_us": 10}, "ratios": {"cpu_us": 1.25}},
                            "haproxy": {"unfit": "it failed:\\na line of its output"}}},
               {"number": "W1r", "name": "steady", "title": "at a rate", "summary": ["p99_us"],
                "measures": {"p99_us": {"heading": "p99 µs", "decimals": 0, "better": "lower"},
                             "rss_mb": {"heading": "RSS MB", "decimals": 0, "better": "neither"}},
                "servers": {"loligo": {"values": {"p99_us": 1234, "rss_mb": 99}, "ratios": {"p99_us": 1},
                                       "notes": ["the load did not keep up"]},
                            "nginx": {"values": {"p99_us": 617}, "ratios": {"p99_us": 0.5},
                                      "notes": ["the load did not keep up"]}}}
             ]}
            """;

    private static JsonNode run() throws Exception {
        return new ObjectMapper().readTree(RUN);
    }

    private static Document plot() throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(new Plot(run()).svg())));
    }

    @Test
    void is_well_formed_whatever_the_texts() throws Exception {
        assertThat(plot().getDocumentElement().getTextContent())
                .contains("a<b&c", "ACME <9000>", "W1 hit of 1 KB", "1.25×", "nginx 1.22");
    }

    @Test
    void has_bars_as_long_as_the_figures() throws Exception {
        NodeList rectangles = plot().getElementsByTagName("rect");

        assertThat(rectangles.getLength()).as("background and two bars").isEqualTo(3);
        double first = width(rectangles, 1);
        double second = width(rectangles, 2);
        assertThat(first / second).isBetween(0.79, 0.81);
    }

    private static double width(NodeList rectangles, int i) {
        return Double.parseDouble(((Element) rectangles.item(i)).getAttribute("width"));
    }

    @Test
    void leaves_out_what_is_no_cpu_time() throws Exception {
        assertThat(plot().getDocumentElement().getTextContent()).doesNotContain("W1r");
    }

    @Test
    void say_what_they_rest_on() throws Exception {
        String command = "LOLIGO_JAVA_OPTS='-Xmx1g' tests/bench/run -w 'a<b&c'";
        assertThat(plot().getDocumentElement().getTextContent())
                .contains(command, "2026-11-28, 2 cores (ACME <9000>), Linux 6.1.0");
        assertThat(new Summary(run()).markdown())
                .contains(command, "Linux 6.1.0", "loligo 1.0, nginx 1.22", "medians of 3 windows of 3 s");
    }

    @Test
    void everything_has_a_table_for_each_scene() throws Exception {
        assertThat(new Summary(run()).everything()).contains("""
                ### W1r at a rate

                | server | p99 µs | × | RSS MB |
                |---|---|---|---|
                | loligo | 1,234 | 1.00 | 99 |
                | nginx | 617 | 0.50 | - |

                - loligo, nginx: the load did not keep up
                """);
    }

    @Test
    void summary_has_a_line_for_each_scene() throws Exception {
        assertThat(new Summary(run()).markdown())
                .contains(
                        "| W1 hit of 1 KB | CPU µs | 8.00 (1.00) | 10.00 (1.25) | - |",
                        "| W1r at a rate | p99 µs | 1,234 (1.00) | 617 (0.50) | - |",
                        "Left out: HAProxy in W1 (it failed:).");
        assertThat(new Summary(run()).text()).containsPattern("W1 hit-1k +CPU µs +8.00 \\(1.00\\) +10.00 \\(1.25\\)");
    }
}
