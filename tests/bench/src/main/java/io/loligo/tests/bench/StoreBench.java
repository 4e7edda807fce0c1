package io.loligo.tests.bench;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line of {@code tests/bench/store}. */
@Command(
        name = "tests/bench/store",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "MEASUREMENT",
        subcommands = {
            PartsCommand.class,
            OverheadCommand.class,
            ChurnCommand.class,
            PurgeCommand.class,
            RestartCommand.class,
            RestartCommand.Fill.class,
            RestartCommand.Reopen.class
        },
        description = {
            "Measures the store in a JVM with the options that the launcher gives the server; LOLIGO_JAVA_OPTS adds more.",
            "--java FILE chooses another JVM than $JAVA_HOME/bin/java or the java on the PATH.",
            "Exit code: 0 done, 1 what is promised does not hold, 2 a wrong command line."
        })
final class StoreBench {
    @Option(
            names = "--out",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "where the JSON goes (default: tests/bench/target)")
    private Path out = Path.of("target");

    Path out() {
        return out;
    }

    public static void main(String... arguments) {
        System.exit(new CommandLine(new StoreBench())
                .registerConverter(Bytes.class, Bytes::parse)
                .execute(arguments));
    }
}
