package io.loligo.proxy.config;

import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.CacheControlTargets.Surrogate;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.Acl;
import io.loligo.proxy.access.HostNames;
import io.loligo.proxy.config.Configuration.HeaderFields;
import io.loligo.proxy.config.Configuration.ServerProcess;
import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.config.DirectiveTable.Row;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

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

    private final ScalarSections sections;
    private final RuleLists lists;
    private final PortLines ports;
    private final PeerLines peers;
    private final CachingLines caching;
    private final StoreLines store;
    private final List<RangeOffsetLimits.Limit> rangeOffsetLimits = new ArrayList<>();
    private final List<Directive> targetLines = new ArrayList<>();
    private final List<Directive> unkeyedLines = new ArrayList<>();
    private final LoopbackTrust loopbackTrust;
    private final TagLines tags;
    private final LogLines logs;
    private final HeaderRuleLines headerRules;

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
        this.sections = new ScalarSections(scalars, problems);
        this.lists = new RuleLists(problems);
        this.ports = new PortLines(problems);
        this.peers = new PeerLines(acls, lists, problems);
        this.caching = new CachingLines(scalars, problems);
        this.store = new StoreLines(scalars, problems);
        this.loopbackTrust = new LoopbackTrust(problems);
        this.tags = new TagLines(problems);
        this.logs = new LogLines(scalars, acls, problems);
        this.headerRules = new HeaderRuleLines(acls, lists, problems);
    }

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
                logs.take(index, line);
            }
            return;
        }
        switch (row.name()) {
            case "acl" -> {}
            // No request goes direct, so that only the line itself is to be read.
            case "never_direct" -> acls.rule(line, index, line.texts());
            case "http_port" -> ports.take(line);
            case "http_access",
                    "cache",
                    "send_hit",
                    "store_miss",
                    "send_stored_set_cookie",
                    "collapsed_forwarding_access",
                    "follow_x_forwarded_for",
                    "proxy_protocol_access",
                    "stats_collection" -> acls.rule(line, index, line.texts()).ifPresent(rule -> rule(row, line, rule));
            case "cache_peer", "cache_host" -> peers.take(line);
            case "cache_peer_access" -> peers.access(index, line);
            case "cache_peer_domain" -> peers.domain(line);
            case "cache_stoplist" -> lists.stoplist(line);
            case "refresh_pattern" -> caching.refreshPattern(line);
            case "cache_dir" -> store.cacheDirectory(line);
            case "cache_replacement_policy" -> store.cacheReplacement(line);
            case "memory_replacement_policy" -> store.memoryReplacement(line);
            case "cache_control_targets" -> targetLines.add(line);
            case "unkeyed_request_headers" -> unkeyedLines.add(line);
            case "tag_headers", "tag_headers_sent" -> tags.take(line);
            case "range_offset_limit" -> rangeOffsetLimit(index, line);
            case "access_log" -> logs.take(index, line);
            case "logformat" -> logs.format(line);
            case "client_netmask" -> logs.clientMask(line);
            case "request_header_access", "reply_header_access", "header_access" -> headerRules.access(index, line);
            case "request_header_replace", "reply_header_replace" -> headerRules.replace(line);
            case "request_header_add", "reply_header_add" -> headerRules.add(index, line);
            default -> throw new IllegalStateException("the table says done, but nobody does it: " + row.name());
        }
    }

    private void rule(Row row, Directive line, Rule rule) {
        lists.add(row.name(), line, rule);
        if (row.name().equals("http_access")) {
            loopbackTrust.take(line, rule);
        }
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
        new HttpdAccelLines(scalars, problems).translate(ports, peers);
        effectiveUser();
        if (ports.ports().isEmpty()
                && directives.stream().noneMatch(line -> line.name().equals("http_port"))) {
            problems.value(file, "there is no http_port line, so nothing would listen: http_port 80 accel");
        }
        if (peers.isEmpty()) {
            problems.warning(
                    Kind.DOUBTFUL,
                    file,
                    "there is no cache_peer line, so no request can be forwarded:"
                            + " cache_peer HOST parent PORT 0 no-query originserver");
        }
        Timeouts timeouts = sections.timeouts();
        List<PeerConfig> peerConfigs = peers.configs(timeouts.peerConnectTimeout());
        boolean assumed = !lists.has("http_access")
                && directives.stream().noneMatch(line -> line.name().equals("http_access"));
        AccessList httpAccess = assumed
                ? new AssumedAccess(ports.ports(), peerConfigs, problems).list(file, options.strict())
                : new AccessList("http_access", lists.rules("http_access"), false);
        boolean purge = false;
        for (Acl acl : acls.all()) {
            purge |= acl.namesMethod("PURGE");
        }
        ClientAddresses clientAddresses = sections.clientAddresses(lists);
        loopbackTrust.check(ports.ports(), clientAddresses);
        ports.proxyHeaders(clientAddresses);
        Configuration configuration = new Configuration(
                ports.ports(),
                peerConfigs,
                clientAddresses,
                httpAccess,
                assumed,
                purge,
                !assumed && httpAccess.rules().stream().anyMatch(AclTable::namesManager),
                lists.allowing("cache"),
                new RangeOffsetLimits(List.copyOf(rangeOffsetLimits)),
                caching.caching(lists),
                sections.identity(hostName),
                store.store(),
                timeouts,
                sections.dns(peerConfigs),
                sections.limits(),
                sections.forwarding(),
                headerFields(),
                logs.logs(file, lists.allowing("stats_collection")),
                new ServerProcess(scalars.file("pid_filename").orElse(null)),
                sections.admin());
        acls.finish(ports.ports());
        return configuration;
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

    private HeaderFields headerFields() {
        HeaderFields defaults = HeaderFields.DEFAULT;
        Surrogate surrogate = sections.hostName("httpd_accel_surrogate_id")
                .map(id -> new Surrogate(id, scalars.onOff("http_accel_surrogate_remote", false)))
                .orElse(null);
        List<String> targets = targetLines.isEmpty()
                ? defaults.targets().fields()
                : FieldNameLine.parse(targetLines, HeaderFields.NO_TARGETS, problems);
        List<String> unkeyed = unkeyedLines.isEmpty()
                ? defaults.unkeyedInRequests()
                : FieldNameLine.parse(unkeyedLines, Set.of("host"), problems);
        return new HeaderFields(
                new CacheControlTargets(surrogate, targets),
                unkeyed,
                tags.headers(),
                headerRules.requests(),
                headerRules.replies());
    }
}
