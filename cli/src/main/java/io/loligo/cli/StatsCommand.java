package io.loligo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loligo stats}: prints a running server's version, address, peers and counters. */
@Command(name = "stats", description = "Show what a running server has done.")
final class StatsCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print JSON: {\"status\": …, \"stats\": …}.")
    private boolean json;

    StatsCommand(AdminOptions admin) {
        this.admin = admin;
    }

    @Override
    public Integer call() throws Exception {
        AdminClient client = admin.client();
        JsonNode status = client.get("/status");
        JsonNode stats = client.get("/stats");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode both = JsonNodeFactory.instance.objectNode();
            both.set("status", status);
            both.set("stats", stats);
            out.println(both.toPrettyString());
        } else {
            print(status, stats, out);
        }
        return ExitCode.DONE;
    }

    private static void print(JsonNode status, JsonNode stats, PrintWriter out) {
        long requests = stats.path("requests").asLong();
        long hits = stats.path("hits").asLong();
        JsonNode store = stats.path("store");
        JsonNode memory = stats.path("memory");
        out.printf(
                "loligo %s, pid %s, %s, up %s%n",
                status.path("version").asText(),
                status.path("pid").asText(),
                status.path("visible_hostname").asText(),
                duration(status.path("uptime_seconds").asLong()));
        status.path("warnings").forEach(warning -> out.println("warning: " + warning.asText()));
        new Table()
                .row("", "since start", "5 min")
                .row(
                        "requests",
                        number(requests),
                        number(stats.path("requests_5min").asLong()))
                .row(
                        "hits",
                        number(hits),
                        percent(stats.path("hit_percent_5min").asDouble()))
                .row("hit ratio", percent(requests == 0 ? 0 : 100.0 * hits / requests), "")
                .row("errors", number(stats.path("errors").asLong()), "")
                .row("sent to clients", bytes(stats.path("bytes_out").asLong()), "")
                .row(
                        "of it from the store",
                        bytes(stats.path("hit_bytes_out").asLong()),
                        percent(stats.path("byte_hit_percent_5min").asDouble()))
                .row("requests to origins", number(stats.path("origin_requests").asLong()), "")
                .row("failed ones", number(stats.path("origin_errors").asLong()), "")
                .row(
                        "client connections",
                        number(stats.path("client_connections").asLong()),
                        "")
                .row("objects stored", number(store.path("objects").asLong()), "")
                .row(
                        "bytes stored",
                        bytes(store.path("bytes").asLong()),
                        "of " + bytes(store.path("capacity_bytes").asLong()))
                .row("  bodies", bytes(store.path("payload_bytes").asLong()), "")
                .row("  heads", bytes(store.path("head_bytes").asLong()), "")
                .row("  index", bytes(store.path("index_bytes").asLong()), "")
                .row("  fragmentation", bytes(store.path("fragmentation_bytes").asLong()), "")
                .row("mapped", bytes(store.path("mapped_bytes").asLong()), "taken as it fills")
                .row(
                        "Java heap",
                        bytes(memory.path("heap_used_bytes").asLong()),
                        "of " + bytes(memory.path("heap_max_bytes").asLong()))
                .row("direct buffers", bytes(memory.path("direct_buffer_bytes").asLong()), "")
                .row("process in all", bytes(memory.path("resident_bytes").asLong()), "resident")
                .row("evictions", number(store.path("evictions").asLong()), "")
                .row(
                        "not stored for want of room",
                        number(store.path("refusals").asLong()),
                        "")
                .row("store faults", number(store.path("faults").asLong()), "")
                .row(
                        "log lines dropped",
                        number(stats.path("access_log_dropped").asLong()),
                        "")
                .print(out);
        Table peers = new Table().row("peer", "state", "fetches", "connections", "answers in");
        for (JsonNode peer : status.path("peers")) {
            peers.row(
                    peer.path("name").asText(),
                    peer.path("up").asBoolean() ? "up" : "down",
                    number(peer.path("fetches").asLong()),
                    number(peer.path("open_connections").asLong()),
                    peer.path("average_millis").asText() + " ms");
        }
        out.println();
        peers.print(out);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String percent(double percent) {
        return String.format(Locale.ROOT, "%.1f %%", percent);
    }

    static String bytes(long bytes) {
        if (bytes < 10 << 10) {
            return bytes + " B";
        }
        if (bytes < 10L << 20) {
            return (bytes >> 10) + " KB";
        }
        return bytes < 10L << 30 ? (bytes >> 20) + " MB" : (bytes >> 30) + " GB";
    }

    private static String duration(long seconds) {
        return String.format(
                Locale.ROOT,
                "%d d %02d:%02d:%02d",
                seconds / 86_400,
                seconds / 3_600 % 24,
                seconds / 60 % 60,
                seconds % 60);
    }
}
