package io.loligo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loligo purge}: removes stored responses or makes them stale, and reports the state of earlier purges. */
@Command(
        name = "purge",
        description =
                "Remove stored responses: every variant of a URL, all responses with a tag, or all responses whose URL"
                        + " matches. When this command returns, the next request no longer gets them, not even after a restart."
                        + " Responses that match a host, prefix, glob or pattern are then counted and removed in the background.",
        footer = {
            "",
            "A URL is the one that the site's visitors use, with the site's name. One command purges any number of URLs, or"
                    + " any number of tags, or one target of another kind:",
            "  loligo purge http://www.example.org/news http://www.example.org/",
            "  loligo purge --tag article-4711 --tag front --soft",
            "  loligo purge --prefix http://www.example.org/shop/ --dry-run",
            "  loligo purge --glob 'http://*.example.org/*.css' --wait",
            "Prefix, glob and pattern are compared with the whole URL as it is stored: the host in lower case, no default"
                    + " port:",
            "  http://www.example.org/path?query",
            "It is not an error when no response was stored."
        })
final class PurgeCommand implements Callable<Integer> {
    /** Number of URLs or tags in one request to the server. */
    private static final int BATCH = 500;
    /** Number of characters of all URLs or tags in one request. The server accepts 1 MB of JSON. */
    private static final int BATCH_CHARACTERS = 128 << 10;

    private static final long POLL_MILLIS = 200;
    private static final String STANDARD_INPUT = "-";

    @Mixin
    private final AdminOptions admin;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..*", paramLabel = "URL", description = "Absolute http or https URLs.")
    private List<String> urls = List.of();

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description =
                    "A file with a URL in each line, - for standard input; empty lines and those that begin with #"
                            + " are left out.")
    private @Nullable String from;

    @Option(names = "--tag", paramLabel = "TAG", description = "Whatever bears this tag. May be repeated.")
    private List<String> tags = List.of();

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Every URL that begins so.")
    private @Nullable String prefix;

    @Option(names = "--host", paramLabel = "NAME", description = "Every URL of this host, on whatever port.")
    private @Nullable String host;

    @Option(
            names = "--glob",
            paramLabel = "GLOB",
            description = "Every URL that this matches as a whole; * stands for any characters, ? for one.")
    private @Nullable String glob;

    @Option(
            names = "--pattern",
            paramLabel = "REGEX",
            description = "Every URL in which this regular expression, in the syntax of RE2, is found.")
    private @Nullable String pattern;

    @Option(names = "--all", description = "Everything that is stored.")
    private boolean all;

    @Option(
            names = "--soft",
            description = "Do not drop it: it is stale from now on, and the origin is asked whether it is still good"
                    + " when it is asked for next.")
    private boolean soft;

    @Option(names = "--dry-run", description = "Change nothing; say how much it would be, and show some of the URLs.")
    private boolean dryRun;

    @Option(names = "--wait", description = "Return only when everything is removed and counted.")
    private boolean wait;

    @Option(names = "--status", paramLabel = "ID", description = "What has become of an earlier purge.")
    private @Nullable Long status;

    @Option(names = "--list", description = "What has become of the latest purges.")
    private boolean list;

    @Option(names = "--json", description = "Print JSON: an array, one object for each purge.")
    private boolean json;

    PurgeCommand(AdminOptions admin) {
        this.admin = admin;
    }

    @Override
    public Integer call() throws Exception {
        String kind = kind();
        List<String> wanted = kind.equals("urls") ? urls() : kind.equals("tags") ? tags : List.of();
        AdminClient client = admin.client();
        ArrayNode outcomes = switch (kind) {
            case "status" -> JsonNodeFactory.instance.arrayNode().add(client.get("/purges/" + status));
            case "list" ->
                JsonNodeFactory.instance.arrayNode().addAll((ArrayNode)
                        client.get("/purges").withArray("receipts"));
            case "urls", "tags" -> purgeEach(client, kind, wanted);
            default -> purge(client, order(kind));
        };
        if (wait) {
            awaitDone(client, outcomes);
        }
        if (json) {
            spec.commandLine().getOut().println(outcomes.toPrettyString());
        } else {
            print(outcomes, status != null || list);
        }
        for (JsonNode outcome : outcomes) {
            if (outcome.has("problem")) {
                return ExitCode.REFUSED;
            }
        }
        return ExitCode.DONE;
    }

    /** The JSON name of the kind of target that the command line names, or {@code status} or {@code list}. */
    private String kind() {
        List<String> kinds = new ArrayList<>();
        given(kinds, "urls", !urls.isEmpty() || from != null);
        given(kinds, "tags", !tags.isEmpty());
        given(kinds, "prefix", prefix != null);
        given(kinds, "host", host != null);
        given(kinds, "glob", glob != null);
        given(kinds, "pattern", pattern != null);
        given(kinds, "all", all);
        given(kinds, "status", status != null);
        given(kinds, "list", list);
        if (kinds.isEmpty()) {
            throw wrong("what is to be purged? URLs, --from, --tag, --prefix, --host, --glob, --pattern or --all");
        }
        if (kinds.size() > 1) {
            throw wrong("one kind at a time: URLs (or --from), --tag, --prefix, --host, --glob, --pattern, --all,"
                    + " --status, --list");
        }
        if ((status != null || list) && (soft || dryRun)) {
            throw wrong("--status and --list order nothing: --soft and --dry-run do not go with them");
        }
        if (list && wait) {
            throw wrong("--wait goes with an order, or with --status");
        }
        if (dryRun && (wait || soft)) {
            throw wrong("--dry-run changes nothing: --soft and --wait do not go with it");
        }
        return kinds.get(0);
    }

    private static void given(List<String> kinds, String kind, boolean is) {
        if (is) {
            kinds.add(kind);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private List<String> urls() {
        if (from == null) {
            return urls;
        }
        List<String> everything = new ArrayList<>(urls);
        try (BufferedReader lines = from.equals(STANDARD_INPUT)
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(Path.of(from), StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String url = line.strip();
                if (!url.isEmpty() && url.charAt(0) != '#') {
                    everything.add(url);
                }
            }
        } catch (IOException unreadable) {
            throw wrong("--from " + from + " cannot be read: " + unreadable);
        }
        return everything;
    }

    private ObjectNode order(String kind) {
        ObjectNode order = JsonNodeFactory.instance.objectNode();
        switch (kind) {
            case "prefix" -> order.put(kind, prefix);
            case "host" -> order.put(kind, host);
            case "glob" -> order.put(kind, glob);
            case "pattern" -> order.put(kind, pattern);
            case "all" -> order.put(kind, true);
            default -> throw new IllegalStateException(kind);
        }
        return order;
    }

    private ArrayNode purgeEach(AdminClient client, String kind, List<String> wanted) throws Exception {
        ArrayNode outcomes = JsonNodeFactory.instance.arrayNode();
        for (int begin = 0; begin < wanted.size(); ) {
            ObjectNode order = JsonNodeFactory.instance.objectNode();
            ArrayNode batch = order.putArray(kind);
            int characters = 0;
            while (begin < wanted.size()
                    && (batch.isEmpty()
                            || (batch.size() < BATCH
                                    && characters + wanted.get(begin).length() <= BATCH_CHARACTERS))) {
                characters += wanted.get(begin).length();
                batch.add(wanted.get(begin++));
            }
            outcomes.addAll(purge(client, order));
        }
        return outcomes;
    }

    private ArrayNode purge(AdminClient client, ObjectNode order) throws Exception {
        if (soft) {
            order.put("soft", true);
        }
        if (dryRun) {
            order.put("dry_run", true);
        }
        return (ArrayNode) client.post("/purge", order).withArray(dryRun ? "previews" : "receipts");
    }

    private static void awaitDone(AdminClient client, ArrayNode outcomes) throws Exception {
        for (int i = 0; i < outcomes.size(); i++) {
            while (outcomes.get(i).has("id") && !outcomes.get(i).path("done").asBoolean()) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                outcomes.set(i, client.get("/purges/" + outcomes.get(i).path("id")));
            }
        }
    }

    private void print(ArrayNode outcomes, boolean past) {
        Table table = new Table();
        if (dryRun) {
            table.row("kind", "target", "objects", "bytes");
        } else if (past) {
            table.row("id", "time", "how", "kind", "target", "objects", "bytes", "state");
        } else {
            table.row("id", "kind", "target", "objects", "bytes", "state");
        }
        int rows = 0;
        for (JsonNode outcome : outcomes) {
            if (outcome.has("problem")) {
                spec.commandLine()
                        .getErr()
                        .println("loligo: " + printable(outcome.path("target")) + ": "
                                + outcome.path("problem").asText());
                continue;
            }
            rows++;
            String id = outcome.path("id").asText();
            String kind = outcome.path("kind").asText();
            String target = printable(outcome.path(outcome.has("url") ? "url" : "target"));
            String objects = outcome.path("objects").asText();
            String bytes = outcome.path("bytes").asText();
            String state = outcome.path("done").asBoolean() ? "done" : "in force, being swept";
            if (dryRun) {
                table.row(kind, target, objects, bytes);
            } else if (past) {
                String how = outcome.path("soft").asBoolean() ? "soft" : "hard";
                table.row(id, time(outcome), how, kind, target, objects, bytes, state);
            } else {
                table.row(id, kind, target, objects, bytes, state);
            }
        }
        if (rows > 0 || past) {
            table.print(spec.commandLine().getOut());
        }
        for (JsonNode outcome : outcomes) {
            outcome.path("sample").forEach(url -> spec.commandLine().getOut().println("  " + printable(url)));
        }
    }

    private static String time(JsonNode outcome) {
        return Instant.parse(outcome.path("time").asText())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    /** Encodes control characters, because URLs come from visitors and must not control the operator's terminal. */
    private static String printable(JsonNode node) {
        StringBuilder safe = new StringBuilder();
        node.asText()
                .codePoints()
                .forEach(c ->
                        safe.append(Character.isISOControl(c) ? String.format("%%%02X", c) : Character.toString(c)));
        return safe.toString();
    }
}
