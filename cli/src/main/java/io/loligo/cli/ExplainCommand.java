package io.loligo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loligo.proxy.OfflineExplanation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code loligo explain}: prints what a server does with a request and why. The decisions are made by the same functions that
 * serve requests.
 */
@Command(
        name = "explain",
        description = "Say what is done with a request, and why: each decision with its reason and its numbers.",
        footer = {
            "",
            "Of a running server, with what it has stored; nothing is fetched or changed:",
            "  loligo explain http://www.example.org/news -H 'Accept-Language: de'",
            "Without one, of a request and the origin's answer to it, in files:",
            "  loligo explain -f squid.conf --request request.txt --response response.txt --at +1h"
        })
final class ExplainCommand implements Callable<Integer> {
    private final ProxyServer server;

    @Mixin
    private final AdminOptions admin;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..1", paramLabel = "URL", description = "An absolute http or https URL.")
    private @Nullable String url;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "FIELD",
            description = "A field of the request, 'Name: value'. May be repeated.")
    private List<String> fields = List.of();

    @Option(names = "--method", paramLabel = "METHOD", description = "The request's method. Default: GET.")
    private String method = "GET";

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "When: 2026-01-31T12:00:00Z, or from now (with --response: from its arrival) +90s, +5m,"
                    + " -1h, +2d.")
    private @Nullable String at;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Number or name= of the http_port. Default: the one that the URL belongs to.")
    private @Nullable String port;

    @Option(names = "--client", paramLabel = "ADDRESS", description = "The client's address. Default: 127.0.0.1.")
    private @Nullable String client;

    @Option(names = "--request", paramLabel = "FILE", description = "A file with the request's head.")
    private @Nullable Path request;

    @Option(names = "--response", paramLabel = "FILE", description = "A file with the origin's answer's head.")
    private @Nullable Path response;

    @Option(names = "--request-time", paramLabel = "TIME", description = "When the origin was asked.")
    private @Nullable String requestTime;

    @Option(names = "--response-time", paramLabel = "TIME", description = "When its answer came. Default: now.")
    private @Nullable String responseTime;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ExplainCommand(ProxyServer server) {
        this.server = server;
        this.admin = new AdminOptions(server);
    }

    @Override
    public Integer call() throws Exception {
        JsonNode explanation = request == null && response == null ? online() : offline();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(explanation.toPrettyString());
        } else {
            print(explanation, out);
        }
        return ExitCode.DONE;
    }

    private JsonNode online() throws Exception {
        if (url == null) {
            throw wrong("a URL is needed, or -f with --request and --response");
        }
        if (requestTime != null || responseTime != null) {
            throw wrong("--request-time and --response-time go with --request and --response");
        }
        ObjectNode order = JsonNodeFactory.instance.objectNode();
        order.put("url", url).put("method", method);
        put(order, "at", at);
        put(order, "port", port);
        put(order, "client", client);
        ArrayNode pairs = order.putArray("fields");
        for (String field : fields) {
            int colon = field.indexOf(':');
            if (colon <= 0) {
                throw wrong("-H takes 'Name: value', not '" + field + "'");
            }
            pairs.addArray()
                    .add(field.substring(0, colon))
                    .add(field.substring(colon + 1).strip());
        }
        return admin.client().post("/explain", order);
    }

    private JsonNode offline() throws ProxyServer.Refused {
        Path file = admin.file();
        if (file == null || request == null || response == null) {
            throw wrong("without a server, -f, --request and --response are all needed");
        }
        if (url != null || !fields.isEmpty() || !method.equals("GET")) {
            throw wrong("URL, -H and --method stand in the file of --request");
        }
        return new ObjectMapper()
                .valueToTree(server.explain(
                        file, new OfflineExplanation(request, response, at, requestTime, responseTime, port, client)));
    }

    private static void put(ObjectNode order, String name, @Nullable String value) {
        if (value != null) {
            order.put(name, value);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Prints one line per decision and, below it, the values that the decision used. */
    private static void print(JsonNode explanation, PrintWriter out) {
        out.println(explanation.path("method").asText() + " "
                + explanation.path("url").asText() + " at "
                + explanation.path("at").asText());
        int width = 0;
        for (JsonNode step : explanation.path("steps")) {
            width = Math.max(width, step.path("step").asText().length());
        }
        String indent = " ".repeat(width + 4);
        for (JsonNode step : explanation.path("steps")) {
            StringBuilder line =
                    new StringBuilder("  ").append(step.path("step").asText());
            while (line.length() < indent.length()) {
                line.append(' ');
            }
            line.append(step.path("verdict").asText());
            String reason = step.path("reason").asText();
            if (!reason.isEmpty()) {
                line.append(": ").append(reason);
            }
            String basis = step.path("basis").asText();
            if (!basis.isEmpty()) {
                line.append(" [").append(basis).append(']');
            }
            out.println(line);
            printFacts(step.path("facts"), indent + "  ", out);
        }
        JsonNode outcome = explanation.path("outcome");
        String status = outcome.path("status").isNull()
                ? ""
                : " " + outcome.path("status").asText();
        String said = outcome.path("cache_status").isNull()
                ? ""
                : " (Cache-Status: " + outcome.path("cache_status").asText() + ")";
        out.println("  => " + outcome.path("verdict").asText() + status + said);
    }

    private static void printFacts(JsonNode facts, String indent, PrintWriter out) {
        int width = 0;
        for (var names = facts.fieldNames(); names.hasNext(); ) {
            width = Math.max(width, names.next().length());
        }
        int column = width;
        facts.properties().forEach(fact -> {
            if (fact.getValue().isArray()) {
                fact.getValue().forEach(each -> out.println(indent + each));
            } else {
                out.println(indent
                        + fact.getKey()
                        + " ".repeat(column - fact.getKey().length() + 2)
                        + fact.getValue().asText());
            }
        });
    }
}
