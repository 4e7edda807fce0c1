package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads one access_log line: {@code none [acls]}, {@code MODULE:PLACE [option=value...] [FORMAT] [acls]} or the old
 * {@code FILE [FORMAT [acls]]}.
 */
final class AccessLogDirective {
    /** The port of the modules tcp and udp where the line names none. */
    static final int COLLECTOR_PORT = 514;

    /** The priority of the module syslog where the line names none: daemon.info. */
    static final int SYSLOG_PRIORITY = 3 * 8 + 6;

    /** The least buffer-size=. */
    static final long BUFFER_LEAST = 4L << 10;
    /** The most old files of rotate=, as of logfile_rotate. */
    static final int ROTATE_MAX = 100_000;

    private static final List<String> FACILITIES = List.of(
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp");
    private static final int LOCAL_0 = 16;
    private static final List<String> SEVERITIES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private final Directive line;
    private final int index;
    private final AclTable acls;
    private final Problems problems;
    private long bufferBytes;
    private int rotate = AccessLogConfig.AS_LOGFILE_ROTATE;

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
     * @param formats of logformat lines, by their names
     * @param unnamed the format where the line names none
     */
    Optional<AccessLogConfig> parse(
            Function<String, Optional<Path>> files, Map<String, LogFormat> formats, LogFormat unnamed) {
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
        Optional<LogDestination> destination =
                none ? Optional.of(new LogDestination.None()) : destination(words.get(0), files);
        return destination.map(to -> new AccessLogConfig(to, format, access.get(), bufferBytes, rotate, line.where()));
    }

    private Optional<AccessList> access(List<String> words) {
        if (words.isEmpty()) {
            return Optional.of(AccessList.empty("access_log", true));
        }
        Optional<List<Term>> terms = acls.terms(line, index, words);
        return terms.map(all ->
                new AccessList("access_log", List.of(new Rule(true, all, line.where() + " " + line.text())), true));
    }

    private Optional<LogDestination> destination(String place, Function<String, Optional<Path>> files) {
        int colon = place.indexOf(':');
        String module = colon < 0 ? place : place.substring(0, colon);
        String rest = colon < 0 ? "" : place.substring(colon + 1);
        return switch (module) {
            case "stdio", "daemon" -> {
                if (rest.isEmpty()) {
                    problems.value(line.where(), "access_log " + module + ": needs a file: " + module + ":/FILE");
                    yield Optional.empty();
                }
                yield files.apply(rest).map(LogDestination.File::new);
            }
            case "tcp" -> collector(module, rest).map(LogDestination.Tcp::new);
            case "udp" -> collector(module, rest).map(LogDestination.Udp::new);
            case "syslog" -> syslog(rest);
            default -> files.apply(place).map(LogDestination.File::new);
        };
    }

    private Optional<LogDestination.Address> collector(String module, String rest) {
        Optional<LogDestination.Address> address =
                address(rest.startsWith("//") ? rest.substring(2) : rest, COLLECTOR_PORT);
        if (address.isEmpty()) {
            problems.value(
                    line.where(),
                    "access_log " + module + ": needs a collector's address, as in " + module
                            + "://logs.example.org:5514, not " + rest);
        }
        return address;
    }

    /** Reads {@code HOST[:PORT]}; an IPv6 address stands in brackets. */
    static Optional<LogDestination.Address> address(String text, int otherwise) {
        boolean bare = text.indexOf(':') < 0 || text.endsWith("]");
        return Endpoint.parse(bare ? text + ":" + otherwise : text)
                .filter(endpoint -> endpoint.host() != null && endpoint.port() > 0)
                .map(endpoint -> new LogDestination.Address(String.valueOf(endpoint.host()), endpoint.port()));
    }

    private Optional<LogDestination> syslog(String rest) {
        if (rest.isEmpty()) {
            return Optional.of(new LogDestination.Syslog(SYSLOG_PRIORITY));
        }
        int facility = SYSLOG_PRIORITY / 8;
        int severity = SYSLOG_PRIORITY % 8;
        for (String word : rest.split("[.|]", -1)) {
            int local = word.length() == 6 && word.startsWith("local") ? word.charAt(5) - '0' : -1;
            if (local >= 0 && local <= 7) {
                facility = LOCAL_0 + local;
            } else if (FACILITIES.contains(word)) {
                facility = FACILITIES.indexOf(word);
            } else if (SEVERITIES.contains(severityName(word))) {
                severity = SEVERITIES.indexOf(severityName(word));
            } else {
                problems.value(
                        line.where(),
                        "access_log syslog: needs a facility and a severity, as in syslog:local1.info, not " + rest
                                + "; facilities are " + String.join(", ", FACILITIES)
                                + " and local0 to local7, severities " + String.join(", ", SEVERITIES));
                return Optional.empty();
            }
        }
        return Optional.of(new LogDestination.Syslog(8 * facility + severity));
    }

    private static String severityName(String word) {
        return switch (word) {
            case "warn" -> "warning";
            case "error" -> "err";
            case "panic" -> "emerg";
            default -> word;
        };
    }

    private void option(String word) {
        String value = word.substring(word.indexOf('=') + 1);
        switch (word.substring(0, word.indexOf('='))) {
            case "buffer-size" -> {
                bufferBytes =
                        Values.bytes(List.of(value)).map(Values.Measured::value).orElse(0L);
                if (bufferBytes < BUFFER_LEAST) {
                    problems.value(
                            line.where(),
                            "access_log option " + word + ": not a size of at least " + BUFFER_LEAST
                                    + " bytes, as in buffer-size=64KB");
                }
            }
            case "rotate" -> {
                long number = Values.integer(value).orElse(-1L);
                if (number < 0 || number > ROTATE_MAX) {
                    problems.value(
                            line.where(),
                            "access_log option " + word + ": not a number of old files, 0 to " + ROTATE_MAX);
                } else {
                    rotate = (int) number;
                }
            }
            case "on-error" -> {
                if (value.equals("die")) {
                    problems.warning(
                            Kind.IGNORED,
                            line.where(),
                            "access_log option on-error=die has no effect: a log that cannot be written costs its own"
                                    + " lines, which are counted and warned of, and never stops the server");
                } else if (!value.equals("drop")) {
                    problems.value(line.where(), "access_log option on-error= is die or drop, not " + value);
                }
            }
            default ->
                problems.value(
                        line.where(),
                        "access_log has no option " + word + "; it has logformat=, buffer-size=, on-error=, rotate=");
        }
    }

    private boolean isFormat(String word, Map<String, LogFormat> formats) {
        return LogFormat.BuiltIn.find(word) != null
                || formats.containsKey(word)
                || !acls.has(word.startsWith("!") ? word.substring(1) : word);
    }

    private LogFormat format(String name, Map<String, LogFormat> formats) {
        LogFormat format = formats.get(name);
        if (format == null) {
            format = LogFormat.BuiltIn.find(name);
        }
        if (format == null) {
            problems.value(line.where(), "there is neither a log format nor an acl " + name);
            return LogFormat.BuiltIn.SQUID;
        }
        return format;
    }
}
