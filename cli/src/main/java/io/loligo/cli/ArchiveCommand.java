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
 * {@code loligo archive}: starts a server, sends it a few requests and stops it, in a JVM that the launcher has told to write
 * the classes that it loads to an archive (class data sharing). Later JVMs of the same JDK map that file instead of reading
 * the jars.
 */
@Command(
        name = "archive",
        description = {
            "Make an archive of the server's classes, which makes later starts faster.",
            "The archive is valid for this JDK and these jars only; any other JVM ignores it."
        },
        footer = {
            "",
            "The file is loligo.jsa beside loligo.jar, or the file that LOLIGO_ARCHIVE names.",
            "Run this once after an installation, and after each change of the JDK or the jars."
        })
final class ArchiveCommand implements Callable<Integer> {
    /** The system property that the launcher sets when it has told the JVM where to write the archive. */
    static final String ASKED_FOR = "loligo.archive";

    private static final int PORTS_MIN = 20_000;
    private static final int PORTS_MAX = 30_000;
    /** Number of port ranges that are tried, because some ports may be in use. */
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
