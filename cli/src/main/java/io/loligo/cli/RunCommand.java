package io.loligo.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code loligo run}: runs the server in the foreground until a signal or {@code loligo stop} ends it. */
@Command(
        name = "run",
        description = "Run the server in the foreground.",
        footer = {
            "",
            "Signals: HUP reloads the configuration, USR1 rotates the logs,",
            "TERM and INT stop the server within shutdown_lifetime."
        })
final class RunCommand implements Callable<Integer> {
    private final ProxyServer server;

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "The squid.conf to run with.")
    private Path file = Path.of("squid.conf");

    @Option(names = "-N", description = "Accepted for Squid's sake: the server never detaches itself.")
    @SuppressWarnings("UnusedVariable") // There is nothing to switch: it is an option so that Squid's scripts work.
    private boolean foreground;

    @Option(
            names = "--strict",
            description = "Squid's defaults to the letter: a file without http_access denies everything.")
    private boolean strict;

    RunCommand(ProxyServer server) {
        this.server = server;
    }

    @Override
    public Integer call() throws ProxyServer.Refused, InterruptedException {
        ProxyServer.Running running = server.start(file, strict);
        Signals.onReload(running::reload);
        Signals.onRotate(running::rotate);
        Signals.onStop(running::stop);
        running.awaitStopped();
        return ExitCode.DONE;
    }
}
