package io.loligo.proxy.config;

import io.loligo.proxy.config.Problem.Severity;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code check} has to say about a configuration file.
 *
 * @param file the file
 * @param problems every problem, in the order of the files' lines
 */
public record CheckReport(Path file, List<Problem> problems) {

    /** 0 when the server would start with this file, else 1. */
    public int exitCode() {
        return count(Severity.ERROR) == 0 ? 0 : 1;
    }

    public long count(Severity severity) {
        return problems.stream()
                .filter(problem -> problem.severity() == severity)
                .count();
    }

    /** The last line of the report: what was found, and whether the server would start. */
    public String summary() {
        return file + ": " + counted(count(Severity.ERROR), "error") + ", "
                + counted(count(Severity.WARNING), "warning") + ", " + counted(count(Severity.NOTICE), "notice")
                + (exitCode() == 0 ? "; it can be run" : "; it cannot be run");
    }

    private static String counted(long count, String word) {
        return count + " " + word + (count == 1 ? "" : "s");
    }
}
