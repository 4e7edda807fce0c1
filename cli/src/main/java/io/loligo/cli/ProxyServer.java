package io.loligo.cli;

import io.loligo.proxy.OfflineExplanation;
import io.loligo.proxy.config.Configuration.Admin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The server as the commands see it: what they do in their own process. A test has one of its own. */
interface ProxyServer {

    /** Everything there is to say about {@code file}, without starting anything. */
    Report check(Path file, boolean strict);

    /** Where the server that runs with {@code file} takes orders. */
    Admin admin(Path file) throws Refused;

    /** What a server with {@code file} would do with an exchange: maps, lists, texts and numbers as JSON has them. */
    Map<String, Object> explain(Path file, OfflineExplanation exchange) throws Refused;

    Running start(Path file, boolean strict) throws Refused;

    /** A server in this process. */
    interface Running {
        /** Waits for the end of the server, whoever stops it. */
        void awaitStopped() throws InterruptedException;

        /** An orderly stop within shutdown_lifetime. */
        void stop();

        /** Reads the configuration again and logs how that went. */
        void reload();

        /** Rotates the log files. */
        void rotate();
    }

    /**
     * What check found.
     *
     * @param findings in the order of the files' lines
     * @param summary one line
     * @param usable whether the server would start with this file
     */
    record Report(List<Finding> findings, String summary, boolean usable) {}

    /**
     * One thing that check found.
     *
     * @param line from 1; 0 when it is about no line
     * @param severity {@code error}, {@code warning} or {@code notice}
     * @param kind what sort of thing it is, for example {@code unknown}
     */
    record Finding(String file, int line, String severity, String kind, String message) {}

    /** The server cannot start, or a configuration cannot be used: an answer, not a bug. */
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
