package io.loligo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loligo check}: reads a configuration as {@code run} does and prints every problem. It starts nothing. */
@Command(
        name = "check",
        description = "Read a configuration and report every problem, without starting anything.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the server would start with it", "1:it has errors", "2:a wrong command line"})
final class CheckCommand implements Callable<Integer> {
    private final ProxyServer server;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "The squid.conf to read.")
    private Path file = Path.of("squid.conf");

    @Option(names = "--strict", description = "As for run.")
    private boolean strict;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    CheckCommand(ProxyServer server) {
        this.server = server;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        ProxyServer.Report report = server.check(file, strict);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
        } else {
            for (ProxyServer.Finding finding : report.findings()) {
                String where = finding.line() == 0 ? finding.file() : finding.file() + ":" + finding.line();
                out.println(where + ": " + finding.severity() + ": " + finding.message() + " (" + finding.kind() + ")");
            }
            out.println(report.summary());
        }
        return report.usable() ? ExitCode.DONE : ExitCode.REFUSED;
    }
}
