package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.LogFormat;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads one access_log line: {@code none [acls]}, {@code MODULE:PLACE [option=value...] [FORMAT] [acls]} or the old
 * {@code FILE [FORMAT [acls]]}.
 */
final class AccessLogDirective {
    private final Directive line;
    private final int index;
    private final AclTable acls;
    private final Problems problems;

    /**
     * @param index of the line among the directives
     */
    AccessLogDirective(Directive line, int index, AclTable acls, Problems problems) {
        this.line = line;
        this.index = index;
        this.acls = acls;
        this.problems = problems;
    }

    /**
     * @param files makes a path of a file's name
     * @param formats names that logformat lines define
     * @param unnamed the format where the line names none
     */
    Optional<AccessLogConfig> parse(Function<String, Optional<Path>> files, Set<String> formats, LogFormat unnamed) {
        List<String> words = line.texts();
        if (words.isEmpty()) {
            problems.value(line.where(), "access_log needs a file or none");
            return Optional.empty();
        }
        int at = 1;
        String formatName = null;
        while (at < words.size() && words.get(at).indexOf('=') > 0) {
            String word = words.get(at++);
            if (word.startsWith("logformat=")) {
                formatName = word.substring("logformat=".length());
            } else {
                option(word);
            }
        }
        boolean none = words.get(0).equals("none");
        if (formatName == null && !none && at < words.size() && isFormat(words.get(at), formats)) {
            formatName = words.get(at++);
        }
        LogFormat format = formatName == null ? unnamed : format(formatName, formats);
        Optional<AccessList> access = access(words.subList(at, words.size()));
        if (access.isEmpty()) {
            return Optional.empty();
        }
        if (none) {
            return Optional.of(new AccessLogConfig(null, format, access.get(), line.where()));
        }
        return file(words.get(0))
                .flatMap(files)
                .map(file -> new AccessLogConfig(file, format, access.get(), line.where()));
    }

    private Optional<AccessList> access(List<String> words) {
        if (words.isEmpty()) {
            return Optional.of(AccessList.empty("access_log", true));
        }
        Optional<List<Term>> terms = acls.terms(line, index, words);
        return terms.map(all ->
                new AccessList("access_log", List.of(new Rule(true, all, line.where() + " " + line.text())), true));
    }

    private Optional<String> file(String place) {
        int colon = place.indexOf(':');
        String module = colon < 0 ? place : place.substring(0, colon);
        return switch (module) {
            case "stdio", "daemon" -> Optional.of(place.substring(colon + 1));
            case "syslog", "tcp", "udp" -> {
                problems.warning(
                        Kind.NOT_YET,
                        line.where(),
                        "logging to " + module + " is not yet implemented; this line logs nothing");
                yield Optional.empty();
            }
            default -> Optional.of(place);
        };
    }

    private void option(String word) {
        if (word.startsWith("buffer-size=") || word.startsWith("on-error=") || word.startsWith("rotate=")) {
            problems.notice(Kind.IGNORED, line.where(), "access_log option " + word + " has no effect");
        } else {
            problems.value(line.where(), "access_log has no option " + word);
        }
    }

    private boolean isFormat(String word, Set<String> formats) {
        return builtIn(word) != null
                || formats.contains(word)
                || !acls.has(word.startsWith("!") ? word.substring(1) : word);
    }

    private LogFormat format(String name, Set<String> formats) {
        LogFormat builtIn = builtIn(name);
        if (builtIn != null) {
            return builtIn;
        }
        if (formats.contains(name)) {
            problems.warning(
                    Kind.NOT_YET,
                    line.where(),
                    "formats of logformat are not yet implemented; this log gets the format squid, not " + name);
        } else {
            problems.value(line.where(), "there is neither a log format nor an acl " + name);
        }
        return LogFormat.SQUID;
    }

    private static @Nullable LogFormat builtIn(String name) {
        for (LogFormat format : LogFormat.values()) {
            if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
                return format;
            }
        }
        return null;
    }
}
