package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.Logs;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is logged, and where: access_log, its forerunners and the directives beside them. */
final class LogLines {
    private final Scalars scalars;
    private final AclTable acls;
    private final Problems problems;
    private final Map<String, LogFormat> formats = new HashMap<>();
    private ClientMask clientMask = ClientMask.NONE;
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
        LogFormatLine.parse(line, problems).ifPresent(format -> {
            LogFormat.BuiltIn builtIn = LogFormat.BuiltIn.find(format.name());
            if (builtIn != null && builtIn != LogFormat.BuiltIn.JSON) {
                problems.warning(
                        Kind.IGNORED,
                        line.where(),
                        "logformat " + format.name() + " has no effect: the format is built in, as in Squid; give yours"
                                + " another name");
            } else if (formats.put(format.name(), format) != null) {
                problems.warning(
                        Kind.DOUBTFUL,
                        line.where(),
                        "logformat " + format.name() + " is defined again; this line counts");
            }
        });
    }

    /** Takes a client_netmask line. */
    void clientMask(Directive line) {
        Optional<ClientMask> mask = ClientMask.parse(line.texts());
        if (mask.isEmpty()) {
            problems.value(
                    line.where(),
                    line.text()
                            + ": client_netmask needs an IPv4 mask as 255.255.255.0 or /24, an IPv6 mask as ffff:ffff::,"
                            + " or one of each");
        }
        mask.ifPresent(one -> clientMask = one);
    }

    /** What all lines together say. */
    Logs logs(SourceLocation file, AccessList statisticsOf) {
        LogFormat unnamed =
                scalars.onOff("emulate_httpd_log", false) ? LogFormat.BuiltIn.COMMON : LogFormat.BuiltIn.SQUID;
        names();
        List<AccessLogConfig> logs = new ArrayList<>();
        boolean named = false;
        for (Numbered log : accessLogs) {
            Directive line = log.line;
            if (line.name().equals("useragent_log") || line.name().startsWith("refer")) {
                LogFormat.BuiltIn format =
                        line.name().equals("useragent_log") ? LogFormat.BuiltIn.USERAGENT : LogFormat.BuiltIn.REFERRER;
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
                scalars.number("logfile_rotate", 10, 0, AccessLogDirective.ROTATE_MAX),
                clientMask,
                syslogServer(logs),
                statisticsOf);
    }

    private void names() {
        Directive line = scalars.line("log_fqdn");
        if (line != null && scalars.onOff("log_fqdn", false)) {
            problems.warning(
                    Kind.IGNORED,
                    line.where(),
                    "log_fqdn on has no effect: the log shows addresses; to look up each client's name, the log would have"
                            + " to wait for DNS servers that the clients' owners run. Resolve the names afterwards, in the"
                            + " log's analyser");
        }
    }

    private LogDestination.Address syslogServer(List<AccessLogConfig> logs) {
        Directive line = scalars.line("syslog_server");
        Optional<String> word = scalars.word("syslog_server");
        Optional<LogDestination.Address> address =
                word.flatMap(text -> AccessLogDirective.address(text, Logs.DEFAULT_SYSLOG_SERVER.port()));
        if (line != null && word.isPresent() && address.isEmpty()) {
            problems.value(line.where(), "syslog_server needs HOST[:PORT], as in 127.0.0.1:514, not " + word.get());
        }
        if (line == null) {
            logs.stream()
                    .filter(log -> log.destination() instanceof LogDestination.Syslog)
                    .findFirst()
                    .ifPresent(log -> problems.notice(
                            Kind.ASSUMED,
                            log.where(),
                            "lines for syslog are sent by UDP to " + Logs.DEFAULT_SYSLOG_SERVER
                                    + ", as a JVM cannot write to /dev/log; let the syslog daemon listen there, or name"
                                    + " another with syslog_server HOST:PORT"));
        }
        return address.orElse(Logs.DEFAULT_SYSLOG_SERVER);
    }

    private Optional<AccessLogConfig> oldLog(Directive line, LogFormat.BuiltIn format) {
        if (line.texts().isEmpty() || line.texts().get(0).equals("none")) {
            return Optional.empty();
        }
        problems.warning(
                Kind.TRANSLATED,
                line.where(),
                line.name() + " is access_log " + line.texts().get(0) + " " + format.word() + " today");
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
