package io.loligo.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code loligo archive}: what a server does between its start and its stop, done once, in a JVM that the launcher has told
 * to keep the classes it loads in a file. Later JVMs of the same JDK map that file instead of reading the jars.
 */
@Command(
        name = "archive",
        description = {
            "Make the archive of classes from which later starts are quicker.",
            "It fits the JDK and the jars that it is made with; others leave it alone."
        },
        footer = {
            "",
            "It is loligo.jsa beside loligo.jar, or the file that LOLIGO_ARCHIVE names.",
            "Make it once after an installation, and after each change of JDK or jars."
        })
final class ArchiveCommand implements Callable<Integer> {
    /** What the launcher sets when it has told the JVM where the archive is to be. */
    static final String ASKED_FOR = "loligo.archive";

    private static final int PORTS_MIN = 20_000;
    private static final int PORTS_MAX = 30_000;
    /** Some ports may be taken; not those of so many places. */
    private static final int ATTEMPTS = 10;

    private final ProxyServer server;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ArchiveCommand(ProxyServer server) {
        this.server = server;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        if (System.getProperty(ASKED_FOR) == null) {
            err.println("loligo: only the launcher, loligo, can have the JVM make an archive");
            return ExitCode.UNREACHABLE;
        }
        for (int attempt = 1; ; attempt++) {
            int base = ThreadLocalRandom.current().nextInt(PORTS_MIN, PORTS_MAX);
            try {
                rehearse(new DemoFiles.Ports(base));
                return ExitCode.DONE;
            } catch (IOException | ProxyServer.Refused failure) {
                if (attempt == ATTEMPTS) {
                    throw new ProxyServer.Refused(List.of(
                            "the server whose classes were to be kept does not start: " + failure.getMessage()));
                }
            }
        }
    }

    private void rehearse(DemoFiles.Ports ports) throws Exception {
        try (DemoFiles files = DemoFiles.create(ports);
                DemoOrigin first = new DemoOrigin("server_1", ports.origin(1));
                DemoOrigin second = new DemoOrigin("server_2", ports.origin(2))) {
            ProxyServer.Running running = server.start(files.squidConf(), false);
            Signals.onReload(running::reload);
            Signals.onRotate(running::rotate);
            Signals.onStop(running::stop);
            try {
                for (int time = 1; time <= 2; time++) {
                    for (DemoOrigin.Page page : DemoOrigin.Page.values()) {
                        DemoCommand.look(ports.site(1), page.path());
                        DemoCommand.look(ports.site(2), page.path());
                    }
                }
                AdminClient client = new AdminClient(
                        "127.0.0.1", ports.admin(), files.directory().resolve("admin.token"));
                client.get("/stats");
                client.post("/reload");
            } finally {
                running.stop();
                running.awaitStopped();
            }
        }
    }
}
