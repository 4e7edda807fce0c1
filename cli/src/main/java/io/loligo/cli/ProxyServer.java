package io.loligo.cli;

import io.loligo.proxy.OfflineExplanation;
import io.loligo.proxy.config.Configuration.Admin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The operations on a server that commands carry out in their own process. Tests use an implementation of their own. */
interface ProxyServer {

    /** Reads {@code file} and reports every problem. Starts nothing. */
    Report check(Path file, boolean strict);

    /** The address and the token file of the admin listener of a server that runs with {@code file}. */
    Admin admin(Path file) throws Refused;

    /** Explains what a server with {@code file} would do with an exchange, as maps, lists, strings and numbers for JSON. */
    Map<String, Object> explain(Path file, OfflineExplanation exchange) throws Refused;

    Running start(Path file, boolean strict) throws Refused;

    /** A server that runs in this process. */
    interface Running {
        /** Returns when the server has stopped, whoever stopped it. */
        void awaitStopped() throws InterruptedException;

        /** Stops the server; requests under way have shutdown_lifetime to finish. */
        void stop();

        /** Reads the configuration again and logs the result. */
        void reload();

        /** Rotates the log files. */
        void rotate();
    }

    /**
     * The result of {@code check}.
     *
     * @param findings in the order of the files' lines
     * @param summary one line for the operator
     * @param usable whether the server would start with this file
     */
    record Report(List<Finding> findings, String summary, boolean usable) {}

    /**
     * One problem that {@code check} found.
     *
     * @param line counted from 1; 0 when the problem is about no single line
     * @param severity {@code error}, {@code warning} or {@code notice}
     * @param kind the kind of problem, for example {@code unknown}
     */
    record Finding(String file, int line, String severity, String kind, String message) {}

    /** The server cannot start, or the configuration has errors. This is an expected failure, not a bug. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final List<String> messages;

        Refused(List<String> messages) {
            super(String.join("; ", messages));
            this.messages = List.copyOf(messages);
        }

        List<String> messages() {
            return messages;
        }
    }
}
