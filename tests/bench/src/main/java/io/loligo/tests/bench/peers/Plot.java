package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;

/**
 * The CPU time of each scene and server as bars, from the JSON of a run: an SVG with a background of its own, so that it
 * reads the same on a light page and on a dark one.
 */
final class Plot {
    private static final int WIDTH = 980;
    private static final int MARGIN = 28;
    private static final int COLUMNS = 2;
    private static final int GUTTER = 32;
    private static final int PANEL = (WIDTH - 2 * MARGIN - GUTTER) / COLUMNS;
    private static final int NAME = 96;
    private static final int FIGURES = 104;
    private static final int LINE = 19;
    private static final int BAR = 13;
    private static final int PANEL_TITLE = 30;
    private static final int PANEL_GAP = 20;

    /** Characters that the text above the bars has room for, whatever the font. */
    private static final int LINE_LENGTH = 125;

    private static final String BASE_COLOUR = "#c2410c";
    private static final String OTHER_COLOUR = "#8ba0b8";
    private static final String TEXT = "#1f2933";
    private static final String FAINT = "#5b6875";

    private final JsonNode run;
    private final About about;
    private final StringBuilder svg = new StringBuilder();

    Plot(JsonNode run) {
        this.run = run;
        this.about = new About(run);
    }

    String svg() {
        List<JsonNode> scenes = new ArrayList<>();
        for (JsonNode scene : run.path("scenes")) {
            if (field(scene).startsWith("cpu_")) {
                scenes.add(scene);
            }
        }
        List<String> lines = about();
        int top = MARGIN + 34 + lines.size() * 17 + 16;
        int panel = PANEL_TITLE + run.path("servers").size() * LINE + PANEL_GAP;
        int rows = (scenes.size() + COLUMNS - 1) / COLUMNS;
        int height = top + rows * panel + MARGIN;
        svg.setLength(0);
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %1$d %2$d\" "
                        + "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"13\" role=\"img\">\n",
                WIDTH,
                height));
        String title = "CPU time per request of Loligo and other caches";
        svg.append("<title>").append(title).append("</title>\n");
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#fcfcfd\" stroke=\"#d0d7de\"/>\n",
                WIDTH - 1,
                height - 1));
        text(MARGIN, MARGIN + 16, "start", TEXT, "font-size=\"20\" font-weight=\"bold\"", title);
        int y = MARGIN + 42;
        for (String line : lines) {
            text(MARGIN, y, "start", FAINT, "font-size=\"12\"", line);
            y += 17;
        }
        for (int i = 0; i < scenes.size(); i++) {
            panel(scenes.get(i), MARGIN + i % COLUMNS * (PANEL + GUTTER), top + i / COLUMNS * panel);
        }
        return svg.append("</svg>\n").toString();
    }

    /** What the figures rest on, a line each. */
    private List<String> about() {
        List<String> lines = new ArrayList<>(List.of(
                "Shorter is better; × is the multiple of " + about.title(about.base()) + "'s. "
                        + capital(about.windows()) + ", " + about.load() + ".",
                about.date() + ", " + about.machine()));
        lines.addAll(wrapped(about.versions(), ", "));
        lines.addAll(wrapped(List.of(about.command().split("(?<=[ ,])", -1)), ""));
        return lines;
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static List<String> wrapped(List<String> words, String between) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : words) {
            if (!line.isEmpty() && line.length() + word.length() > LINE_LENGTH) {
                lines.add((line + between).stripTrailing());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : between).append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String field(JsonNode scene) {
        return scene.path("summary").path(0).asText();
    }

    private void panel(JsonNode scene, int x, int y) {
        JsonNode measure = scene.path("measures").path(field(scene));
        text(
                x,
                y + 14,
                "start",
                TEXT,
                "font-weight=\"bold\"",
                scene.path("number").asText() + " " + scene.path("title").asText());
        text(
                x + PANEL,
                y + 14,
                "end",
                FAINT,
                "font-size=\"11\"",
                measure.path("heading").asText());
        double longest = 0;
        for (JsonNode server : scene.path("servers")) {
            longest = Math.max(longest, server.path("values").path(field(scene)).asDouble());
        }
        int line = y + PANEL_TITLE;
        for (Entry<String, JsonNode> server : run.path("servers").properties()) {
            bar(scene, server.getKey(), x, line, longest);
            line += LINE;
        }
    }

    private void bar(JsonNode scene, String server, int x, int y, double longest) {
        JsonNode outcome = scene.path("servers").path(server);
        JsonNode value = outcome.path("values").path(field(scene));
        boolean base = server.equals(about.base());
        String weight = base ? "font-weight=\"bold\"" : "";
        text(x, y + BAR - 2, "start", TEXT, weight, about.title(server));
        if (!value.isNumber()) {
            text(x + NAME, y + BAR - 2, "start", FAINT, "font-size=\"11\"", "left out");
            return;
        }
        double length = longest > 0 ? (PANEL - NAME - FIGURES) * value.asDouble() / longest : 0;
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>\n",
                x + NAME,
                y,
                Math.max(1, length),
                BAR,
                base ? BASE_COLOUR : OTHER_COLOUR));
        int decimals =
                scene.path("measures").path(field(scene)).path("decimals").asInt();
        String figures = String.format(Locale.ROOT, "%,." + Math.max(1, decimals - 1) + "f", value.asDouble());
        JsonNode ratio = outcome.path("ratios").path(field(scene));
        if (ratio.isNumber() && !base) {
            figures += String.format(Locale.ROOT, " (%.2f×)", ratio.asDouble());
        }
        text(x + NAME + (int) Math.round(length) + 6, y + BAR - 2, "start", TEXT, weight, figures);
    }

    private void text(int x, int y, String anchor, String colour, String attributes, String content) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\" %s>%s</text>\n",
                x,
                y,
                anchor,
                colour,
                attributes,
                escaped(content)));
    }

    private static String escaped(String content) {
        return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
