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
             "cores": 2, "processor": "ACME <9000>",
             "servers": {"loligo": {"title": "Loligo", "version": "loligo 1.0"},
                         "nginx": {"title": "nginx", "version": "nginx 1.22"},
                         "haproxy": {"title": "HAProxy", "version": "haproxy 2.6"}},
             "scenes": [
               {"number": "W1", "name": "hit-1k", "title": "hit of 1 KB", "summary": ["cpu_us"],
                "measures": {"cpu_us": {"heading": "CPU µs", "decimals": 2, "better": "lower"}},
                "servers": {"loligo": {"values": {"cpu_us": 8}, "ratios": {"cpu_us": 1}},
                            "nginx": {"values": {"cpu_us": 10}, "ratios": {"cpu_us": 1.25}},
                            "haproxy": {"unfit": "it failed"}}},
               {"number": "W1r", "name": "steady", "title": "at a rate", "summary": ["p99_us"],
                "measures": {"p99_us": {"heading": "p99 µs", "decimals": 0, "better": "lower"}},
                "servers": {"loligo": {"values": {"p99_us": 1234}, "ratios": {"p99_us": 1}}}}
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
    void summary_has_a_line_for_each_scene() throws Exception {
        assertThat(new Summary(run()).markdown())
                .contains(
                        "| W1 hit of 1 KB | CPU µs | 8.00 (1.00) | 10.00 (1.25) | - |",
                        "| W1r at a rate | p99 µs | 1,234 (1.00) | - | - |");
        assertThat(new Summary(run()).text()).containsPattern("W1 hit-1k +CPU µs +8.00 \\(1.00\\) +10.00 \\(1.25\\)");
    }
}
