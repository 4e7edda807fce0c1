package io.loligo.proxy.config;

import io.loligo.proxy.config.Problem.Kind;
import io.loligo.proxy.config.Problem.Severity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what there is to say about a configuration. Used by one thread. */
final class Problems {
    /** More than this is of no use to a reader, and a list file of nonsense could make millions. */
    static final int PROBLEMS_MAX = 10_000;

    private final Set<Problem> found = new LinkedHashSet<>();
    private long leftOut;

    void error(Kind kind, SourceLocation where, String message) {
        add(new Problem(Severity.ERROR, kind, where, message));
    }

    void warning(Kind kind, SourceLocation where, String message) {
        add(new Problem(Severity.WARNING, kind, where, message));
    }

    void notice(Kind kind, SourceLocation where, String message) {
        add(new Problem(Severity.NOTICE, kind, where, message));
    }

    /** A value that cannot be understood. */
    void value(SourceLocation where, String message) {
        error(Kind.VALUE, where, message);
    }

    void add(Problem problem) {
        // An error is never left out: the server must not start for want of space in a list.
        if (found.size() < PROBLEMS_MAX || (problem.isError() && found.stream().noneMatch(Problem::isError))) {
            found.add(problem);
        } else if (!found.contains(problem)) {
            leftOut++;
        }
    }

    boolean hasErrors() {
        return found.stream().anyMatch(Problem::isError);
    }

    /** All, by file in the order of their first problem, then by line. */
    List<Problem> inOrder() {
        List<Problem> ordered = new ArrayList<>();
        Set<String> files = new LinkedHashSet<>();
        found.forEach(problem -> files.add(problem.where().file()));
        for (String file : files) {
            found.stream()
                    .filter(problem -> problem.where().file().equals(file))
                    .sorted((a, b) ->
                            Integer.compare(a.where().line(), b.where().line()))
                    .forEach(ordered::add);
        }
        if (leftOut > 0) {
            ordered.add(new Problem(
                    Severity.WARNING,
                    Kind.IGNORED,
                    found.iterator().next().where(),
                    "there is more to say than " + PROBLEMS_MAX + " messages; the others are left out"));
        }
        return List.copyOf(ordered);
    }
}
