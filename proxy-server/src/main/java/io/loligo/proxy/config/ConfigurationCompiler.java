package io.loligo.proxy.config;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.CacheControlTargets.Surrogate;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.Acl;
import io.loligo.proxy.access.AclParser;
import io.loligo.proxy.access.DomainAcl;
import io.loligo.proxy.access.DomainSet;
import io.loligo.proxy.access.HostNames;
import io.loligo.proxy.access.UrlWordsAcl;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.Admin;
import io.loligo.proxy.config.Configuration.ForwardedFor;
import io.loligo.proxy.config.Configuration.Forwarding;
import io.loligo.proxy.config.Configuration.HeaderFields;
import io.loligo.proxy.config.Configuration.Identity;
import io.loligo.proxy.config.Configuration.Limits;
import io.loligo.proxy.config.Configuration.LogFormat;
import io.loligo.proxy.config.Configuration.Logs;
import io.loligo.proxy.config.Configuration.QuickAbort;
import io.loligo.proxy.config.Configuration.ServerProcess;
import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.config.DirectiveTable.Row;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From directives to a {@link Configuration}. Every directive is looked up in the {@link DirectiveTable}; what this
 * version does not do is said there and then, and what restricts access is refused rather than dropped.
 */
final class ConfigurationCompiler {
    private final LoadOptions options;
    private final Supplier<String> hostName;
    private final Problems problems;
    private final List<Directive> directives;
    private final AclTable acls;
    private final Scalars scalars;

    private final List<PortConfig> ports = new ArrayList<>();
    private final List<PeerLine> peers = new ArrayList<>();
    private final Map<String, PeerLine> peersByName = new HashMap<>();
    private final Map<String, List<Rule>> lists = new HashMap<>();
    /** The line after which a list of this name is complete, as it always decides. */
    private final Map<String, Directive> decided = new HashMap<>();

    private final CachingLines caching;
    private final StoreLines store;
    private final List<RangeOffsetLimits.Limit> rangeOffsetLimits = new ArrayList<>();
    private final Set<String> logFormats = new HashSet<>();
    private final List<Numbered> accessLogs = new ArrayList<>();
    private final List<Directive> targetLines = new ArrayList<>();
    private final List<Directive> unkeyedLines = new ArrayList<>();
    private final TagLines tags;

    private ConfigurationCompiler(
            List<Directive> directives,
            LoadOptions options,
            HostNames hostNames,
            Supplier<String> hostName,
            Problems problems) {
        this.options = options;
        this.hostName = hostName;
        this.problems = problems;
        this.directives = directives;
        this.acls = AclTable.of(directives, options, hostNames, problems);
        this.scalars = new Scalars(options, problems);
        this.caching = new CachingLines(scalars, problems);
        this.store = new StoreLines(scalars, problems);
        this.tags = new TagLines(problems);
    }

    /** A directive and its place among all. */
    private record Numbered(int index, Directive line) {}

    /**
     * Compiles {@code directives} and adds to {@code problems}. The result is of use only when none of them is an error.
     *
     * @param file the file they come from, for what no line says
     * @param hostName this machine's name, asked for only when visible_hostname is missing
     */
    static Configuration compile(
            Path file,
            List<Directive> directives,
            LoadOptions options,
            HostNames hostNames,
            Supplier<String> hostName,
            Problems problems) {
        ConfigurationCompiler compiler = new ConfigurationCompiler(directives, options, hostNames, hostName, problems);
        for (int i = 0; i < directives.size(); i++) {
            compiler.directive(i, directives.get(i));
        }
        return compiler.finish(new SourceLocation(file.toString(), 0));
    }

    private void directive(int index, Directive line) {
        Row row = DirectiveTable.find(line.name()).orElse(null);
        if (row == null) {
            problems.error(Kind.UNKNOWN, line.where(), unknown(line.name()));
            return;
        }
        boolean harmless = row.isHarmless(String.join(" ", line.texts()));
        switch (row.compatibility()) {
            case ACCEPTED -> problems.notice(Kind.IGNORED, line.where(), line.name() + " has no effect: " + row.note());
            case REJECTED -> {
                if (!harmless) {
                    problems.error(Kind.REJECTED, line.where(), line.name() + " cannot be done; " + row.note());
                }
            }
            case MUST, SHOULD, TRANSLATED -> {
                switch (row.state()) {
                    case DONE -> done(index, row, line);
                    case LATER -> later(row, line, harmless);
                    case NOTHING_TO_DO -> throw new IllegalStateException("no state: " + row);
                }
            }
        }
    }

    private static String unknown(String name) {
        Optional<String> nearest = DirectiveTable.nearest(name);
        return "there is no directive " + name
                + nearest.map(known -> "; did you mean " + known + "?").orElse("");
    }

    private void later(Row row, Directive line, boolean harmless) {
        if (row.name().equals("logformat") && !line.words().isEmpty()) {
            logFormats.add(line.words().get(0).text());
        }
        if (harmless || (Scalars.isScalar(row) && !scalars.check(row, line))) {
            return;
        }
        String note = row.note().isEmpty() ? "" : "; " + row.note();
        if (row.restricts()) {
            problems.error(
                    Kind.NOT_YET,
                    line.where(),
                    line.name() + " is not yet implemented, and leaving it out would change who gets what" + note);
        } else {
            problems.warning(Kind.NOT_YET, line.where(), line.name() + " is not yet implemented" + note);
        }
    }

    private void done(int index, Row row, Directive line) {
        if (Scalars.isScalar(row)) {
            scalars.set(row, line);
            if (row.name().equals("referer_log") || row.name().equals("useragent_log")) {
                accessLogs.add(new Numbered(index, line));
            }
            return;
        }
        switch (row.name()) {
            case "acl" -> {}
            case "http_port" -> port(line);
            case "http_access", "cache", "send_hit", "store_miss", "collapsed_forwarding_access" ->
                acls.rule(line, index, line.texts()).ifPresent(rule -> addRule(row.name(), line, rule));
            case "cache_peer", "cache_host" -> peer(line);
            case "cache_peer_access" -> peerAccess(index, line);
            case "cache_peer_domain" -> peerDomain(line);
            case "cache_stoplist" -> stoplist(line);
            case "refresh_pattern" -> caching.refreshPattern(line);
            case "cache_dir" -> store.cacheDirectory(line);
            case "cache_replacement_policy" -> store.cacheReplacement(line);
            case "memory_replacement_policy" -> store.memoryReplacement(line);
            case "cache_control_targets" -> targetLines.add(line);
            case "unkeyed_request_headers" -> unkeyedLines.add(line);
            case "tag_headers", "tag_headers_sent" -> tags.take(line);
            case "range_offset_limit" -> rangeOffsetLimit(index, line);
            case "access_log" -> accessLogs.add(new Numbered(index, line));
            default -> throw new IllegalStateException("the table says done, but nobody does it: " + row.name());
        }
    }

    private void addRule(String list, Directive line, Rule rule) {
        Directive last = decided.get(list);
        if (last != null) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    line.text() + " is never reached: " + last.where() + " decides always");
        } else if (AclTable.isForEveryone(rule)) {
            decided.put(list, line);
        }
        lists.computeIfAbsent(list, name -> new ArrayList<>()).add(rule);
    }

    private void port(Directive line) {
        PortLine.parse(line, problems).ifPresent(port -> {
            for (PortConfig other : ports) {
                if (other.port() == port.port() && overlap(other.host(), port.host())) {
                    problems.value(line.where(), "port " + port.port() + " is taken by " + other.where() + " already");
                }
                if (other.name().equals(port.name())) {
                    problems.warning(
                            Kind.DOUBTFUL,
                            line.where(),
                            "the port's name " + port.name() + " is that of " + other.where() + " too");
                }
            }
            ports.add(port);
        });
    }

    private static boolean overlap(@Nullable String one, @Nullable String other) {
        return one == null || other == null || one.equalsIgnoreCase(other);
    }

    private void peer(Directive line) {
        PeerLine.parse(line, problems).ifPresent(this::addPeer);
    }

    private void addPeer(PeerLine peer) {
        PeerLine before = peersByName.putIfAbsent(peer.name().toLowerCase(Locale.ROOT), peer);
        if (before != null) {
            problems.value(
                    peer.line().where(),
                    "there is a peer " + peer.name() + " already, at "
                            + before.line().where() + "; give one of them another name=");
            return;
        }
        peers.add(peer);
    }

    private @Nullable PeerLine peer(Directive line, String name) {
        PeerLine peer = peersByName.get(name.toLowerCase(Locale.ROOT));
        if (peer == null) {
            problems.value(line.where(), "there is no cache_peer " + name + " above");
        }
        return peer;
    }

    private void peerAccess(int index, Directive line) {
        List<String> words = line.texts();
        if (words.isEmpty()) {
            problems.value(line.where(), line.name() + " needs a peer, allow or deny, and acls");
            return;
        }
        PeerLine peer = peer(line, words.get(0));
        Optional<Rule> rule = acls.rule(line, index, words.subList(1, words.size()));
        if (peer != null && rule.isPresent()) {
            addRule("cache_peer_access " + peer.name(), line, rule.get());
            peer.access().add(rule.get());
        }
    }

    /** Old Squids asked these domains and cache_peer_access, and both had to allow. */
    private void peerDomain(Directive line) {
        List<String> words = line.texts();
        if (words.size() < 2) {
            problems.value(line.where(), line.name() + " needs a peer and domains");
            return;
        }
        PeerLine peer = peer(line, words.get(0));
        if (peer == null) {
            return;
        }
        List<String> plain = new ArrayList<>();
        List<String> negated = new ArrayList<>();
        for (String word : words.subList(1, words.size())) {
            if (word.startsWith("!")) {
                negated.add(word.substring(1));
            } else {
                plain.add(word);
            }
        }
        String text = line.where() + " " + line.text();
        if (!negated.isEmpty()) {
            Acl domains = new DomainAcl(line.name(), DomainSet.of(negated));
            peer.domainRules().add(new Rule(false, List.of(new Term(false, domains)), text));
        }
        peer.servedDomains().addAll(plain);
        problems.warning(
                Kind.TRANSLATED,
                line.where(),
                line.name() + " is honoured as cache_peer_access with dstdomain; Squid 3.2 and later ignore it, so that"
                        + " the peer serves every site");
    }

    private void stoplist(Directive line) {
        Rule rule = new Rule(
                false,
                List.of(new Term(false, new UrlWordsAcl(line.name(), line.texts()))),
                line.where() + " " + line.text());
        lists.computeIfAbsent("cache", name -> new ArrayList<>()).add(rule);
        problems.warning(Kind.TRANSLATED, line.where(), line.name() + " is cache deny with these words today");
    }

    private void rangeOffsetLimit(int index, Directive line) {
        List<String> words = line.texts();
        boolean none = !words.isEmpty() && words.get(0).equals("none");
        boolean unitApart =
                !none && words.size() > 1 && Values.bytes(words.subList(0, 2)).isPresent();
        int sizeWords = Math.min(words.size(), unitApart ? 2 : 1);
        Optional<Long> bytes = none
                ? Optional.of(RangeOffsetLimits.NONE)
                : Values.bytes(words.subList(0, sizeWords))
                        .map(Values.Measured::value)
                        .filter(n -> n >= 0);
        if (bytes.isEmpty()) {
            problems.value(line.where(), line.name() + " needs a size such as 64 KB, or none, and then acls");
            return;
        }
        List<String> names = words.subList(sizeWords, words.size());
        acls.terms(line, index, names)
                .ifPresent(terms -> rangeOffsetLimits.add(new RangeOffsetLimits.Limit(
                        bytes.get(),
                        new AccessList(
                                line.name(), List.of(new Rule(true, terms, line.where() + " " + line.text())), true))));
    }

    private Configuration finish(SourceLocation file) {
        httpdAccel();
        effectiveUser();
        if (ports.isEmpty() && directives.stream().noneMatch(line -> line.name().equals("http_port"))) {
            problems.value(file, "there is no http_port line, so nothing would listen: http_port 80 accel");
        }
        if (peers.isEmpty()) {
            problems.warning(
                    Kind.DOUBTFUL,
                    file,
                    "there is no cache_peer line, so no request can be forwarded:"
                            + " cache_peer HOST parent PORT 0 no-query originserver");
        }
        Timeouts timeouts = timeouts();
        List<PeerConfig> peerConfigs = peers.stream()
                .filter(PeerLine::isUsable)
                .map(peer -> peer.config(timeouts.peerConnectTimeout()))
                .toList();
        boolean assumed = !lists.containsKey("http_access")
                && directives.stream().noneMatch(line -> line.name().equals("http_access"));
        AccessList httpAccess =
                assumed ? assumedAccess(file, peerConfigs) : new AccessList("http_access", rules("http_access"), false);
        boolean purge = false;
        for (Acl acl : acls.all()) {
            purge |= AclParser.namesMethod(acl, "PURGE");
        }
        Configuration configuration = new Configuration(
                List.copyOf(ports),
                peerConfigs,
                httpAccess,
                assumed,
                purge,
                !assumed && httpAccess.rules().stream().anyMatch(AclTable::namesManager),
                list("cache"),
                new RangeOffsetLimits(List.copyOf(rangeOffsetLimits)),
                caching.caching(list("send_hit"), list("store_miss"), list("collapsed_forwarding_access")),
                identity(),
                store.store(),
                timeouts,
                limits(),
                forwarding(),
                headerFields(),
                logs(file),
                new ServerProcess(scalars.file("pid_filename").orElse(null)),
                admin());
        acls.finish(ports);
        return configuration;
    }

    /** A list that allows where it has no rule. */
    private AccessList list(String name) {
        return new AccessList(name, rules(name), true);
    }

    private List<Rule> rules(String list) {
        return List.copyOf(lists.getOrDefault(list, List.of()));
    }

    /** A JVM keeps the user it was started as; that is a problem only where the file wants another. */
    private void effectiveUser() {
        Directive line = scalars.line("cache_effective_user");
        String user = System.getProperty("user.name", "");
        if (line != null && !line.texts().get(0).equals(user)) {
            problems.warning(
                    Kind.IGNORED,
                    line.where(),
                    "cache_effective_user has no effect: this runs as " + user
                            + ", and a JVM cannot change its user; start it as that user (User= of systemd)");
        }
    }

    /** The accelerator of Squid 2.5: one origin, and every port accelerates. */
    private void httpdAccel() {
        Directive hostLine = scalars.line("httpd_accel_host");
        if (hostLine == null) {
            for (String name : List.of("httpd_accel_port", "httpd_accel_single_host", "httpd_accel_uses_host_header")) {
                Directive line = scalars.line(name);
                if (line != null) {
                    problems.warning(Kind.IGNORED, line.where(), name + " has no effect without httpd_accel_host");
                }
            }
            return;
        }
        String host = scalars.word("httpd_accel_host").orElse("");
        int port = scalars.number("httpd_accel_port", 80, 0, 65_535);
        if (host.equals("virtual") || port == 0) {
            problems.error(
                    Kind.REJECTED,
                    hostLine.where(),
                    "httpd_accel_host virtual names no origin; write for each site: cache_peer HOST parent 80 0 no-query"
                            + " originserver name=NAME, and acl SITE dstdomain WWW, cache_peer_access NAME allow SITE");
            return;
        }
        boolean byHost = scalars.onOff("httpd_accel_uses_host_header", false);
        problems.warning(
                Kind.TRANSLATED,
                hostLine.where(),
                "httpd_accel_host is today: http_port PORT accel" + (byHost ? "" : " no-vhost") + " defaultsite=" + host
                        + " and cache_peer " + host + " parent " + port + " 0 no-query originserver");
        Directive withProxy = scalars.line("httpd_accel_with_proxy");
        if (withProxy != null && scalars.onOff("httpd_accel_with_proxy", false)) {
            problems.warning(
                    Kind.IGNORED,
                    withProxy.where(),
                    "httpd_accel_with_proxy has no effect: Loligo is no forward proxy");
        }
        addPeer(PeerLine.origin(hostLine, problems, host, port));
        ports.replaceAll(p -> p.accelerated()
                ? p
                : new PortConfig(
                        p.host(),
                        p.port(),
                        p.name(),
                        true,
                        byHost,
                        host.toLowerCase(Locale.ROOT),
                        p.defaultSitePort(),
                        p.vport(),
                        p.scheme(),
                        p.ignoreClientCacheControl(),
                        p.actAsOrigin(),
                        p.where()));
    }

    /** What holds without any http_access line: the sites that the file names are served, unless strict. */
    private AccessList assumedAccess(SourceLocation file, List<PeerConfig> peerConfigs) {
        if (options.strict()) {
            problems.warning(Kind.ASSUMED, file, "there is no http_access line, so everything is denied (strict)");
            return AccessList.empty("http_access", false);
        }
        if (ports.stream().anyMatch(port -> !port.accelerated())) {
            problems.warning(
                    Kind.ASSUMED,
                    file,
                    "there is no http_access line and not every port is an accelerator's, so everything is denied");
            return AccessList.empty("http_access", false);
        }
        Collection<String> sites = sites(peerConfigs);
        if (sites.isEmpty()) {
            problems.warning(
                    Kind.ASSUMED,
                    file,
                    "there is no http_access line and no site is named (defaultsite=, or dstdomain in cache_peer_access),"
                            + " so everything is denied; write http_access allow ...");
            return AccessList.empty("http_access", false);
        }
        problems.warning(
                Kind.ASSUMED,
                file,
                "there is no http_access line; Squid would deny everything, Loligo serves the sites that the file names ("
                        + String.join(" ", sites)
                        + ") and denies the rest; write http_access lines to decide yourself");
        String why = "(no http_access line: sites that the file names)";
        return new AccessList(
                "http_access",
                List.of(
                        new Rule(true, AclTable.managerFromHere(), "(no http_access line: manager from this machine)"),
                        new Rule(true, List.of(new Term(false, new DomainAcl("(sites)", DomainSet.of(sites)))), why)),
                false);
    }

    private Collection<String> sites(List<PeerConfig> peerConfigs) {
        Set<String> sites = new TreeSet<>();
        ports.stream().map(PortConfig::defaultSite).filter(Objects::nonNull).forEach(sites::add);
        for (PeerConfig peer : peerConfigs) {
            for (Rule rule : peer.access().rules()) {
                for (Term term : rule.terms()) {
                    if (rule.allows() && !term.negated() && term.acl() instanceof DomainAcl domains) {
                        sites.addAll(domains.domains().names());
                    }
                }
            }
        }
        return sites;
    }

    private Identity identity() {
        String visible = hostNameOf("visible_hostname").orElseGet(hostName);
        return new Identity(
                visible,
                hostNameOf("unique_hostname").orElse(visible),
                scalars.onOff("httpd_suppress_version_string", false),
                scalars.word("cache_mgr").orElse("webmaster"));
    }

    /** A name that goes into header fields. */
    private Optional<String> hostNameOf(String directive) {
        Optional<String> name = scalars.word(directive);
        Directive line = scalars.line(directive);
        if (name.isPresent()
                && line != null
                && !name.get()
                        .chars()
                        .allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || "-._:".indexOf(c) >= 0))) {
            problems.value(line.where(), directive + " is not a host name: " + name.get());
        }
        return name;
    }

    private Timeouts timeouts() {
        Timeouts defaults = Timeouts.DEFAULT;
        return new Timeouts(
                scalars.positiveTime("peer_connect_timeout", defaults.peerConnectTimeout()),
                scalars.positiveTime("forward_timeout", defaults.forwardTimeout()),
                scalars.positiveTime("read_timeout", defaults.readTimeout()),
                scalars.positiveTime("write_timeout", defaults.writeTimeout()),
                scalars.positiveTime("request_timeout", defaults.requestTimeout()),
                scalars.positiveTime("request_start_timeout", defaults.requestStartTimeout()),
                scalars.positiveTime("client_idle_pconn_timeout", defaults.clientIdlePconnTimeout()),
                scalars.positiveTime("server_idle_pconn_timeout", defaults.serverIdlePconnTimeout()),
                scalars.positiveTime("client_lifetime", defaults.clientLifetime()),
                scalars.time("shutdown_lifetime", defaults.shutdownLifetime()));
    }

    private Limits limits() {
        Limits defaults = Limits.DEFAULT;
        return new Limits(
                scalars.smallSize("request_header_max_size", defaults.requestHeaderMaxSize()),
                scalars.smallSize("reply_header_max_size", defaults.replyHeaderMaxSize()),
                scalars.size("request_body_max_size", defaults.requestBodyMaxSize()),
                scalars.smallSize("read_ahead_gap", defaults.readAheadGap()),
                new QuickAbort(
                        scalars.size("quick_abort_min", defaults.quickAbort().minBytes()),
                        scalars.size("quick_abort_max", defaults.quickAbort().maxBytes()),
                        scalars.number("quick_abort_pct", defaults.quickAbort().percent(), 0, 100)));
    }

    private Forwarding forwarding() {
        Forwarding defaults = Forwarding.DEFAULT;
        int connectRetries = scalars.number("connect_retries", defaults.connectRetries(), 0, 10);
        if (scalars.has("maximum_single_addr_tries") && !scalars.has("connect_retries")) {
            connectRetries = scalars.number("maximum_single_addr_tries", 1, 1, 11) - 1;
        }
        return new Forwarding(
                scalars.onOff("via", defaults.via()),
                forwardedFor().orElse(defaults.forwardedFor()),
                scalars.number("forward_max_tries", defaults.forwardMaxTries(), 1, 10_000),
                scalars.onOff("retry_on_error", defaults.retryOnError()),
                connectRetries,
                scalars.onOff("client_persistent_connections", defaults.clientPersistentConnections()),
                scalars.onOff("server_persistent_connections", defaults.serverPersistentConnections()));
    }

    private HeaderFields headerFields() {
        HeaderFields defaults = HeaderFields.DEFAULT;
        Surrogate surrogate = hostNameOf("httpd_accel_surrogate_id")
                .map(id -> new Surrogate(id, scalars.onOff("http_accel_surrogate_remote", false)))
                .orElse(null);
        List<String> targets = targetLines.isEmpty()
                ? defaults.targets().fields()
                : FieldNameLine.parse(targetLines, HeaderFields.NO_TARGETS, problems);
        List<String> unkeyed = unkeyedLines.isEmpty()
                ? defaults.unkeyedInRequests()
                : FieldNameLine.parse(unkeyedLines, Set.of("host"), problems);
        return new HeaderFields(new CacheControlTargets(surrogate, targets), unkeyed, tags.headers());
    }

    private Optional<ForwardedFor> forwardedFor() {
        Directive line = scalars.line("forwarded_for");
        Optional<String> word = scalars.word("forwarded_for");
        if (line == null || word.isEmpty()) {
            return Optional.empty();
        }
        for (ForwardedFor value : ForwardedFor.values()) {
            if (value.name().equalsIgnoreCase(word.get())) {
                return Optional.of(value);
            }
        }
        problems.value(line.where(), "forwarded_for is on, off, transparent, truncate or delete, not " + word.get());
        return Optional.empty();
    }

    private Logs logs(SourceLocation file) {
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
                new AccessLogLine(line, log.index, acls, problems)
                        .parse(name -> scalars.path(line, name), logFormats, unnamed)
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

    private Admin admin() {
        Optional<String> word = scalars.word("admin_port");
        Directive line = scalars.line("admin_port");
        Optional<Endpoint> endpoint = word.flatMap(Endpoint::parse);
        if (word.isPresent() && endpoint.isEmpty() && line != null) {
            problems.value(line.where(), "admin_port needs [ADDRESS:]PORT, not " + word.get());
        }
        String host = endpoint.map(Endpoint::host).orElse(Admin.DEFAULT_HOST);
        int port = endpoint.map(Endpoint::port).orElse(Admin.DEFAULT_PORT);
        return new Admin(host, port, scalars.file("admin_token_file").orElseGet(() -> Admin.defaultTokenFile(port)));
    }
}
