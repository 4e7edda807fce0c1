package io.loligo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loligo purge}: drops what is stored for URLs, every variant of it. */
@Command(
        name = "purge",
        description = "Drop what is stored for each URL: every variant, whichever peers may serve it.",
        footer = {
            "",
            "A URL is what the site's visitors ask for, with the site's name:",
            "  loligo purge http://www.example.org/news",
            "It is not an error when nothing was stored."
        })
final class PurgeCommand implements Callable<Integer> {
    /** URLs in one request to the server, which takes as many. */
    private static final int BATCH = 500;

    @Mixin
    private final AdminOptions admin;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "URL", description = "Absolute http or https URLs.")
    private List<String> urls = List.of();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    PurgeCommand(AdminOptions admin) {
        this.admin = admin;
    }

    @Override
    public Integer call() throws Exception {
        AdminClient client = admin.client();
        ArrayNode receipts = JsonNodeFactory.instance.arrayNode();
        for (int from = 0; from < urls.size(); from += BATCH) {
            ObjectNode order = JsonNodeFactory.instance.objectNode();
            ArrayNode batch = order.putArray("urls");
            urls.subList(from, Math.min(urls.size(), from + BATCH)).forEach(batch::add);
            client.post("/purge", order).path("receipts").forEach(receipts::add);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(receipts.toPrettyString());
        } else {
            print(receipts, out);
        }
        for (JsonNode receipt : receipts) {
            if (receipt.has("problem")) {
                return ExitCode.REFUSED;
            }
        }
        return ExitCode.DONE;
    }

    private void print(ArrayNode receipts, PrintWriter out) {
        Table table = new Table().row("URL", "objects", "bytes");
        for (JsonNode receipt : receipts) {
            String url = receipt.path("url").asText();
            if (receipt.has("problem")) {
                spec.commandLine()
                        .getErr()
                        .println("loligo: " + url + ": "
                                + receipt.path("problem").asText());
            } else {
                table.row(
                        url,
                        receipt.path("objects").asText(),
                        receipt.path("bytes").asText());
            }
        }
        table.print(out);
    }
}
