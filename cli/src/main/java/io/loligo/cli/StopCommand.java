package io.loligo.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loligo stop}: stops a running server and waits until its process has ended. */
@Command(
        name = "stop",
        description = "Stop a running server: requests that are under way may end within shutdown_lifetime.")
final class StopCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for the server's end; 0 does not wait. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    StopCommand(AdminOptions admin) {
        this.admin = admin;
    }

    @Override
    public Integer call() throws Exception {
        AdminClient client = admin.client();
        long pid = client.get("/status").path("pid").asLong();
        // The handle is taken before the server stops: afterwards the pid may belong to another process.
        Optional<ProcessHandle> process = client.isLocal() ? ProcessHandle.of(pid) : Optional.empty();
        client.post("/stop");
        if (seconds > 0 && process.isPresent()) {
            try {
                process.get().onExit().get(seconds, TimeUnit.SECONDS);
            } catch (TimeoutException stillThere) {
                spec.commandLine()
                        .getErr()
                        .println("loligo: process " + pid + " is still there after " + seconds + " s");
                return ExitCode.REFUSED;
            } catch (ExecutionException impossible) {
                throw new IllegalStateException("waiting for process " + pid, impossible);
            }
            spec.commandLine().getOut().println("stopped");
        } else {
            spec.commandLine().getOut().println("stopping");
        }
        return ExitCode.DONE;
    }
}
