package io.loligo.proxy;

import io.loligo.proxy.config.Problem;

/** Problems of a configuration as an operator reads them. */
final class ProblemWords {
    private static final System.Logger LOG = System.getLogger(ProblemWords.class.getName());

    private ProblemWords() {}

    /** The level says how bad it is, so the text need not. */
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

    static String text(Problem problem) {
        return problem.where() + ": " + problem.severity().word() + ": " + problem.message();
    }
}
