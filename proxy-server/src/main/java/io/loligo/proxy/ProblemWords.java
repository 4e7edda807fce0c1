package io.loligo.proxy;

import io.loligo.proxy.config.Problem;

/** The text of a configuration's problems, for the log and for the command line. */
final class ProblemWords {
    private static final System.Logger LOG = System.getLogger(ProblemWords.class.getName());

    private ProblemWords() {}

    /** Logs {@code problem} at the level of its severity, so the text does not repeat the severity. */
    static void log(String when, Problem problem) {
        LOG.log(level(problem), when + problem.where() + ": " + problem.message());
    }

    private static System.Logger.Level level(Problem problem) {
        return switch (problem.severity()) {
            case NOTICE -> System.Logger.Level.INFO;
            case WARNING -> System.Logger.Level.WARNING;
            case ERROR -> System.Logger.Level.ERROR;
        };
    }

    /** Place, severity and message in one line: {@code squid.conf:3: error: …}. */
    static String text(Problem problem) {
        return problem.where() + ": " + problem.severity().word() + ": " + problem.message();
    }
}
