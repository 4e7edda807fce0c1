package io.loligo.cli;

import io.loligo.proxy.LoligoServer;
import io.loligo.proxy.ServerOptions;
import io.loligo.proxy.StartFailure;
import io.loligo.proxy.admin.ReloadResult;
import io.loligo.proxy.config.CheckReport;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.Configuration.Admin;
import io.loligo.proxy.config.ConfigurationCheck;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.config.Loaded;
import io.loligo.proxy.config.Problem;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The server in this process. */
final class LoligoServerHere implements ProxyServer {

    @Override
    public Report check(Path file, boolean strict) {
        CheckReport report = ConfigurationCheck.check(file, LoadOptions.DEFAULT.withStrict(strict));
        return new Report(
                report.problems().stream().map(LoligoServerHere::finding).toList(),
                report.summary(),
                report.exitCode() == 0);
    }

    @Override
    public Admin admin(Path file) throws Refused {
        Loaded loaded = ConfigurationLoader.load(file, LoadOptions.DEFAULT);
        Configuration configuration = loaded.configuration();
        if (configuration == null) {
            throw new Refused(loaded.problems().stream()
                    .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                    .map(problem -> problem.where() + ": " + problem.message())
                    .toList());
        }
        return configuration.admin();
    }

    @Override
    public Running start(Path file, boolean strict) throws Refused {
        try {
            return new Server(LoligoServer.start(new ServerOptions(file, strict)));
        } catch (StartFailure e) {
            throw new Refused(e.messages());
        }
    }

    private static Finding finding(Problem problem) {
        return new Finding(
                problem.where().file(),
                problem.where().line(),
                problem.severity().word(),
                problem.kind().word(),
                problem.message());
    }

    private record Server(LoligoServer server) implements Running {
        @Override
        public String listening() {
            return server.addresses().stream().map(Server::text).collect(Collectors.joining(", "));
        }

        private static String text(InetSocketAddress address) {
            return (address.getAddress().isAnyLocalAddress()
                            ? "*"
                            : address.getAddress().getHostAddress())
                    + ":" + address.getPort();
        }

        @Override
        public void awaitStopped() throws InterruptedException {
            server.awaitStopped();
        }

        @Override
        public void stop() {
            server.stop();
        }

        @Override
        public ReloadResult reload() {
            return server.reload();
        }

        @Override
        public void rotate() {
            server.rotateLogs();
        }
    }
}
