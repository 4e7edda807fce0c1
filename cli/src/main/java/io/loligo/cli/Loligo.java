package io.loligo.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code loligo}. Its subcommands run a server or talk to a running one. */
@Command(
        name = "loligo",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "A caching HTTP reverse proxy that reads squid.conf.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes, of every command:%n",
        exitCodeList = {
            "0:done",
            "1:not done: a configuration with errors, a server that cannot start, a refused order",
            "2:a wrong command line, or no server answers"
        })
public final class Loligo implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    Loligo() {
        this.spec = CommandSpec.create();
    }

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = commandLine(new LoligoServerHere(), out, err, arguments).execute(arguments);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /**
     * The parser of the command line. When the first word names a subcommand, only that subcommand's options are set up:
     * setting up the options of all of them takes a third of the start time.
     */
    static CommandLine commandLine(ProxyServer server, PrintWriter out, PrintWriter err, String... arguments) {
        Map<String, Supplier<Object>> commands = commands(server);
        CommandLine line = new CommandLine(new Loligo());
        if (arguments.length > 0 && commands.containsKey(arguments[0])) {
            commands.keySet().retainAll(Set.of(arguments[0]));
        }
        commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        return line.setOut(out).setErr(err).setExecutionExceptionHandler(Loligo::failed);
    }

    /** The subcommands, in the order in which {@code --help} lists them. */
    private static Map<String, Supplier<Object>> commands(ProxyServer server) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("run", () -> new RunCommand(server));
        commands.put("demo", () -> new DemoCommand(server));
        commands.put("check", () -> new CheckCommand(server));
        commands.put("purge", () -> new PurgeCommand(new AdminOptions(server)));
        commands.put("explain", () -> new ExplainCommand(server));
        commands.put("stats", () -> new StatsCommand(new AdminOptions(server)));
        commands.put("reload", () -> new ReloadCommand(new AdminOptions(server)));
        commands.put("stop", () -> new StopCommand(new AdminOptions(server)));
        commands.put("archive", () -> new ArchiveCommand(server));
        commands.put("version", VersionCommand::new);
        return commands;
    }

    /** Turns an expected failure into a message and an exit code. Any other exception is a bug and keeps its stack trace. */
    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (failure instanceof ProxyServer.Refused refused) {
            refused.messages().forEach(message -> command.getErr().println("loligo: " + message));
            return ExitCode.REFUSED;
        }
        if (failure instanceof AdminClient.OrderRefused refused) {
            command.getErr().println("loligo: " + refused.getMessage());
            return ExitCode.REFUSED;
        }
        if (failure instanceof AdminClient.NoServer missing) {
            command.getErr().println("loligo: " + missing.getMessage());
            return ExitCode.UNREACHABLE;
        }
        throw failure;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.UNREACHABLE;
    }
}
