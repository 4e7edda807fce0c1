package io.loligo.cli;

import io.loligo.proxy.LoligoServer;
import io.loligo.proxy.OfflineExplanation;
import io.loligo.proxy.ServerOptions;
import io.loligo.proxy.StartFailure;
import io.loligo.proxy.config.CheckReport;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.Configuration.Admin;
import io.loligo.proxy.config.ConfigurationCheck;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.config.Loaded;
import io.loligo.proxy.config.Problem;
import io.loligo.proxy.explain.ExplainRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs {@link io.loligo.proxy.LoligoServer} in this process. */
final class LoligoServerHere implements ProxyServer {
    @Override
    public Report check(Path file, boolean strict) {
        CheckReport report = ConfigurationCheck.check(file, LoadOptions.DEFAULT.withStrict(strict));
        return new Report(
                report.problems().stream()
                        .map(problem -> new Finding(
                                problem.where().file(),
                                problem.where().line(),
                                problem.severity().word(),
                                problem.kind().word(),
                                problem.message()))
                        .toList(),
                report.summary(),
                report.exitCode() == 0);
    }

    @Override
    public Admin admin(Path file) throws Refused {
        Loaded loaded = ConfigurationLoader.load(file, LoadOptions.DEFAULT);
        Configuration configuration = loaded.configuration();
        if (configuration == null) {
            throw new Refused(loaded.problems().stream()
                    .filter(Problem::isError)
                    .map(Problem::toString)
                    .toList());
        }
        return configuration.admin();
    }

    @Override
    public Map<String, Object> explain(Path file, OfflineExplanation exchange) throws Refused {
        try {
            return exchange.under(file).toJson();
        } catch (StartFailure failure) {
            throw new Refused(failure.messages());
        } catch (ExplainRequest.Unexplainable e) {
            throw new Refused(List.of(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public Running start(Path file, boolean strict) throws Refused {
        LoligoServer server;
        try {
            server = LoligoServer.start(new ServerOptions(file, strict));
        } catch (StartFailure failure) {
            throw new Refused(failure.messages());
        }
        return new Running() {
            @Override
            public void awaitStopped() throws InterruptedException {
                server.awaitStopped();
            }

            @Override
            public void stop() {
                server.stop();
            }

            @Override
            public void reload() {
                server.reload();
            }

            @Override
            public void rotate() {
                server.rotateLogs();
            }
        };
    }
}
