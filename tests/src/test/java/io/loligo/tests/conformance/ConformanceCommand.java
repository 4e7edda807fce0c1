package io.loligo.tests.conformance;

import io.loligo.tests.LoligoProcess;
import io.loligo.tests.RawHttp.Answer;
import io.loligo.tests.RunningServer;
import io.loligo.tests.SquidConf;
import io.loligo.tests.conformance.CaseTranscript.ClientExchange;
import io.loligo.tests.conformance.CaseTranscript.OriginExchange;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The runner's command line: {@code tests/conformance/run}. */
@Command(
        name = "tests/conformance/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Runs the cases of a public HTTP cache suite against the built jar, or against another proxy.",
            "Exit code: 0 the floor holds, 1 it does not, 2 a wrong command line.",
            "",
            "The runner itself is checked by running it against caches whose results are known. Start one that",
            "forwards to 127.0.0.1:PORT and whose defaults are those of its published results, such as Squid with",
            "'http_port ... accel vhost' and one originserver peer, or Varnish with -p default_ttl=0; then",
            "--proxy HOST:PORT --origin-port PORT --origin-dates. A case that fails on all of them is suspect."
        })
final class ConformanceCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(names = "--cases", required = true, paramLabel = "FILE", description = "the cases")
    @SuppressWarnings("NullAway.Init") // required
    private Path cases;

    @Option(names = "--floor", required = true, paramLabel = "FILE", description = "what must not be lost")
    @SuppressWarnings("NullAway.Init") // required
    private Path floor;

    @Option(names = "--id", paramLabel = "ID", description = "this case only, with the whole exchange")
    private @Nullable String id;

    @Option(names = "--json", paramLabel = "FILE", description = "write totals and verdicts there")
    private @Nullable Path json;

    @Option(names = "--write-floor", description = "make what this run reached the floor; never lowers it")
    private boolean writeFloor;

    @Option(
            names = "--proxy",
            paramLabel = "HOST:PORT",
            description = "a proxy that runs already; the floor does not count")
    private @Nullable String proxy;

    @Option(names = "--origin-port", paramLabel = "PORT", description = "where that proxy forwards to, on 127.0.0.1")
    private int originPort;

    @Option(
            names = "--origin-dates",
            description =
                    "let the origin add Date where a case has none, as the suite's own origin does: Squid needs it")
    private boolean originDates;

    public static void main(String... arguments) {
        System.exit(new CommandLine(new ConformanceCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        List<ConformanceCase> all = CaseFile.read(cases);
        List<ConformanceCase> wanted = id == null ? all : ConformanceRun.closure(all, id);
        List<CaseResult> results = run(wanted);
        if (id != null) {
            results.stream().filter(result -> result.subject().id().equals(id)).forEach(this::print);
            return 0;
        }
        var totals = new Totals(results);
        PrintWriter out = spec.commandLine().getOut();
        out.print(totals.notPassed());
        out.println();
        out.print(totals.table());
        out.flush();
        if (json != null) {
            Files.writeString(json, totals.json().toPrettyString() + "\n");
        }
        return proxy == null ? holds(totals, out) : 0;
    }

    private List<CaseResult> run(List<ConformanceCase> wanted) {
        if ((proxy == null) != (originPort == 0)) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--proxy and --origin-port go together");
        }
        try (CaseOrigin origin = CaseOrigin.start(originPort, originDates)) {
            if (proxy != null) {
                return ConformanceRun.of(wanted, origin, address(proxy));
            }
            try (RunningServer server =
                    LoligoProcess.start(SquidConf.inFrontOf(origin.port()).and("send_stored_set_cookie allow all"))) {
                return ConformanceRun.of(
                        wanted, origin, new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            }
        }
    }

    @SuppressWarnings("AddressSelection") // The user names one server.
    private InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        if (colon <= 0 || !hostAndPort.substring(colon + 1).matches("\\d{1,5}")) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--proxy: expected HOST:PORT, found " + hostAndPort);
        }
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    private int holds(Totals totals, PrintWriter out) {
        Floor before = Floor.read(floor);
        List<String> shortfalls = before.shortfalls(totals);
        if (writeFloor && shortfalls.isEmpty()) {
            before.raisedTo(totals).write(floor);
        }
        shortfalls.forEach(shortfall -> out.println("below the floor: " + shortfall));
        if (shortfalls.isEmpty()) {
            out.println("the floor holds");
        }
        out.flush();
        return shortfalls.isEmpty() ? 0 : 1;
    }

    private void print(CaseResult result) {
        PrintWriter out = spec.commandLine().getOut();
        int number = 0;
        for (ClientExchange exchange : result.transcript().client()) {
            number++;
            out.println("==> request " + number);
            out.println(exchange.sent());
            for (OriginExchange seen : result.transcript().origin()) {
                if (seen.number() == number) {
                    out.println("  --> at the origin: " + seen.head().statusLine());
                    seen.head().fields().forEach(field -> out.println("      " + field.name() + ": " + field.value()));
                    out.println(
                            "  <-- the origin's answer: " + (seen.answer().isEmpty() ? "closes the connection" : ""));
                    seen.answer().lines().forEach(line -> out.println("      " + line));
                }
            }
            out.println("<== answer " + number);
            Answer answer = exchange.answer();
            if (answer == null) {
                out.println("none: " + exchange.failure());
            } else {
                answer.interim().forEach(head -> out.println(head.statusLine() + " " + head.fields()));
                out.println(answer.head().statusLine());
                answer.head().fields().forEach(field -> out.println(field.name() + ": " + field.value()));
                out.println();
                out.println(answer.text() + (answer.complete() ? "" : " [cut]"));
            }
        }
        out.println(
                result.subject().kind() + " " + result.subject().id() + ": " + result.verdict() + " " + result.why());
        out.flush();
    }
}
