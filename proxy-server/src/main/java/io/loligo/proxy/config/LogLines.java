package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.LogFormat;
import io.loligo.proxy.config.Configuration.Logs;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What is logged, and where: access_log, its forerunners and the directives beside them. */
final class LogLines {
    private final Scalars scalars;
    private final AclTable acls;
    private final Problems problems;
    private final Set<String> formats = new HashSet<>();
    private final List<Numbered> accessLogs = new ArrayList<>();

    LogLines(Scalars scalars, AclTable acls, Problems problems) {
        this.scalars = scalars;
        this.acls = acls;
        this.problems = problems;
    }

    /** A directive and its place among all. */
    private record Numbered(int index, Directive line) {}

    /** Takes an access_log, referer_log or useragent_log line. */
    void take(int index, Directive line) {
        accessLogs.add(new Numbered(index, line));
    }

    /** Takes a logformat line. */
    void format(Directive line) {
        if (!line.words().isEmpty()) {
            formats.add(line.words().get(0).text());
        }
    }

    /** What all lines together say. */
    Logs logs(SourceLocation file) {
        LogFormat unnamed = scalars.onOff("emulate_httpd_log", false) ? LogFormat.COMMON : LogFormat.SQUID;
        List<AccessLogConfig> logs = new ArrayList<>();
        boolean named = false;
        for (Numbered log : accessLogs) {
            Directive line = log.line;
            if (line.name().equals("useragent_log") || line.name().startsWith("refer")) {
                LogFormat format = line.name().equals("useragent_log") ? LogFormat.USERAGENT : LogFormat.REFERRER;
                oldLog(line, format).ifPresent(logs::add);
            } else {
                named = true;
                new AccessLogDirective(line, log.index, acls, problems)
                        .parse(name -> scalars.path(line, name), formats, unnamed)
                        .ifPresent(logs::add);
            }
        }
        if (!named) {
            defaultLog(file, unnamed).ifPresent(logs::add);
        }
        return new Logs(
                List.copyOf(logs),
                scalars.file("cache_log").orElse(null),
                scalars.onOff("strip_query_terms", true),
                scalars.onOff("buffered_logs", false),
                scalars.onOff("log_mime_hdrs", false),
                scalars.number("logfile_rotate", 10, 0, 100_000));
    }

    private Optional<AccessLogConfig> oldLog(Directive line, LogFormat format) {
        if (line.texts().isEmpty() || line.texts().get(0).equals("none")) {
            return Optional.empty();
        }
        problems.warning(
                Kind.TRANSLATED,
                line.where(),
                line.name() + " is access_log " + line.texts().get(0) + " "
                        + format.name().toLowerCase(Locale.ROOT) + " today");
        return scalars.path(line, line.texts().get(0))
                .map(path -> new AccessLogConfig(path, format, AccessList.empty("access_log", true), line.where()));
    }

    private Optional<AccessLogConfig> defaultLog(SourceLocation file, LogFormat format) {
        Path log = Logs.DEFAULT_ACCESS_LOG;
        Path directory = log.getParent();
        if (directory == null || !Files.isWritable(directory)) {
            problems.notice(
                    Kind.ASSUMED,
                    file,
                    "there is no access_log line and " + log + " cannot be written, so requests are not logged");
            return Optional.empty();
        }
        return Optional.of(
                new AccessLogConfig(log, format, AccessList.empty("access_log", true), SourceLocation.DEFAULTS));
    }
}
