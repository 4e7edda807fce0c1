package io.loligo.proxy.config;

import io.loligo.proxy.config.Configuration.Admin;
import io.loligo.proxy.config.Configuration.ClientConnections;
import io.loligo.proxy.config.Configuration.Collapsing;
import io.loligo.proxy.config.Configuration.Dns;
import io.loligo.proxy.config.Configuration.ForwardedFields;
import io.loligo.proxy.config.Configuration.ForwardedFor;
import io.loligo.proxy.config.Configuration.Forwarding;
import io.loligo.proxy.config.Configuration.Identity;
import io.loligo.proxy.config.Configuration.Limits;
import io.loligo.proxy.config.Configuration.QuickAbort;
import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.config.Problem.Kind;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The sections of a {@link Configuration} that are nothing but directives of one value, each with its default. */
final class ScalarSections {
    /** More of anything that is counted here cannot be meant. */
    private static final int COUNT_MAX = 100_000_000;

    private final Scalars scalars;
    private final Problems problems;

    ScalarSections(Scalars scalars, Problems problems) {
        this.scalars = scalars;
        this.problems = problems;
    }

    /** @param machine its name, asked for only when visible_hostname is missing */
    Identity identity(Supplier<String> machine) {
        String visible = hostName("visible_hostname").orElseGet(machine);
        return new Identity(
                visible,
                hostName("unique_hostname").orElse(visible),
                scalars.onOff("httpd_suppress_version_string", false),
                scalars.word("cache_mgr").orElse("webmaster"));
    }

    /** A name that goes into header fields. */
    Optional<String> hostName(String directive) {
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

    Timeouts timeouts() {
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

    Limits limits() {
        Limits defaults = Limits.DEFAULT;
        return new Limits(
                scalars.smallSize("request_header_max_size", defaults.requestHeaderMaxSize()),
                scalars.smallSize("reply_header_max_size", defaults.replyHeaderMaxSize()),
                scalars.size("request_body_max_size", defaults.requestBodyMaxSize()),
                scalars.smallSize("client_request_buffer_max_size", defaults.requestBufferMaxSize()),
                scalars.smallSize("read_ahead_gap", defaults.readAheadGap()),
                new QuickAbort(
                        scalars.size("quick_abort_min", defaults.quickAbort().minBytes()),
                        scalars.size("quick_abort_max", defaults.quickAbort().maxBytes()),
                        scalars.number("quick_abort_pct", defaults.quickAbort().percent(), 0, 100)),
                clientConnections(defaults.clientConnections()),
                new Collapsing(
                        scalars.number(
                                "collapsed_forwarding_waiters",
                                defaults.collapsing().waitersMax(),
                                0,
                                COUNT_MAX),
                        scalars.positiveTime(
                                "collapsed_forwarding_wait",
                                defaults.collapsing().waitMax())),
                scalars.size("log_queue_max_size", defaults.logQueueMaxSize(), Limits.LOG_QUEUE_LEAST));
    }

    private ClientConnections clientConnections(ClientConnections defaults) {
        return new ClientConnections(
                countOrUnlimited("client_max_connections", defaults.max()),
                countOrUnlimited("client_ip_max_connections", defaults.maxPerAddress()),
                scalars.number("client_max_requests", defaults.requestsMax(), 1, COUNT_MAX),
                scalars.smallSize("client_pipeline_max_size", defaults.pipelineMaxSize()));
    }

    /** A number of at least 1, or -1 for no limit. */
    private int countOrUnlimited(String name, int otherwise) {
        int count = scalars.number(name, otherwise, ClientConnections.UNLIMITED, COUNT_MAX);
        Directive line = scalars.line(name);
        if (count == 0 && line != null) {
            problems.value(line.where(), name + " 0 would let nobody in; it is at least 1, or -1 for no limit");
        }
        return count;
    }

    /** @param peers whose names are looked for in hosts_file */
    Dns dns(List<PeerConfig> peers) {
        Dns defaults = Dns.DEFAULT;
        Duration positive = scalars.positiveTime("positive_dns_ttl", defaults.positiveTtl());
        Duration negative =
                atLeastASecond("negative_dns_ttl", scalars.time("negative_dns_ttl", defaults.negativeTtl()));
        Directive line = scalars.line("positive_dns_ttl");
        if (positive.compareTo(negative) >= 0 || line == null) {
            return new Dns(positive, positive.compareTo(negative) < 0 ? positive : negative, hosts(peers));
        }
        problems.warning(
                Kind.DOUBTFUL,
                line.where(),
                "positive_dns_ttl is less than negative_dns_ttl, so names that do not resolve are looked up again after"
                        + " positive_dns_ttl too");
        return new Dns(positive, positive, hosts(peers));
    }

    private Map<String, List<InetAddress>> hosts(List<PeerConfig> peers) {
        Directive line = scalars.line("hosts_file");
        Optional<Path> file = scalars.file("hosts_file");
        return line == null || file.isEmpty()
                ? Map.of()
                : HostsFile.read(
                        line,
                        file.get(),
                        peers.stream()
                                .map(peer -> peer.host().toLowerCase(Locale.ROOT))
                                .collect(Collectors.toUnmodifiableSet()),
                        problems);
    }

    private Duration atLeastASecond(String name, Duration time) {
        Directive line = scalars.line(name);
        if (line == null || time.compareTo(Duration.ofSeconds(1)) >= 0) {
            return time;
        }
        problems.warning(
                Kind.DOUBTFUL, line.where(), line.text() + ": " + name + " is at least 1 second, which it is set to");
        return Duration.ofSeconds(1);
    }

    Forwarding forwarding() {
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
                scalars.onOff("server_persistent_connections", defaults.serverPersistentConnections()),
                new ForwardedFields(
                        scalars.onOff(
                                "forwarded_proto", defaults.forwardedFields().proto()),
                        scalars.onOff(
                                "forwarded_host", defaults.forwardedFields().host()),
                        scalars.onOff(
                                "forwarded_port", defaults.forwardedFields().port())));
    }

    ClientAddresses clientAddresses(RuleLists lists) {
        ClientAddresses defaults = ClientAddresses.DEFAULT;
        return new ClientAddresses(
                lists.has("follow_x_forwarded_for") ? lists.denying("follow_x_forwarded_for") : null,
                scalars.onOff("acl_uses_indirect_client", defaults.aclUsesIndirectClient()),
                scalars.onOff("delay_pool_uses_indirect_client", defaults.delayPoolUsesIndirectClient()),
                scalars.onOff("log_uses_indirect_client", defaults.logUsesIndirectClient()),
                lists.denying("proxy_protocol_access"));
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

    Admin admin() {
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
