package io.loligo.proxy.config;

import io.loligo.proxy.config.Problem.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one http_port line. Options stand in any order; vhost, no-vhost, defaultsite= and vport make an accelerator of the
 * port by themselves, as they did up to Squid 3.1.
 */
final class PortLine {
    private final Directive line;
    private final Problems problems;

    private boolean accel;
    private boolean vhost;
    private boolean noVhost;
    private @Nullable String defaultSite;
    private int defaultSitePort;
    private int vport = -1;
    private String scheme = "http";
    private @Nullable String name;
    private boolean ignoreCc;
    private boolean actAsOrigin;
    private boolean requireProxyHeader;

    private PortLine(Directive line, Problems problems) {
        this.line = line;
        this.problems = problems;
    }

    static Optional<PortConfig> parse(Directive line, Problems problems) {
        return new PortLine(line, problems).parse();
    }

    private Optional<PortConfig> parse() {
        List<String> words = line.texts();
        if (words.isEmpty()) {
            problems.value(line.where(), "http_port needs a port: http_port [ADDRESS:]PORT accel");
            return Optional.empty();
        }
        Optional<Endpoint> endpoint = Endpoint.parse(words.get(0)).filter(e -> e.port() > 0);
        if (endpoint.isEmpty()) {
            problems.value(line.where(), "not [ADDRESS:]PORT: " + words.get(0));
        }
        words.subList(1, words.size()).forEach(this::option);
        boolean implicit = !accel && (vhost || noVhost || defaultSite != null || vport >= 0);
        if (vhost && noVhost) {
            problems.value(line.where(), "vhost and no-vhost contradict each other");
        }
        // accel alone reads Host; where only defaultsite= or vport made the accelerator, Host was not looked at.
        boolean byHost = accel ? !noVhost : vhost;
        if (implicit) {
            warnImplicit(byHost);
        }
        if (!accel && !implicit) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    "without accel this would be a forward proxy's port, which Loligo is not: it serves manager pages,"
                            + " PURGE and absolute URLs of sites that a peer may serve");
        }
        return endpoint.map(e -> new PortConfig(
                e.host(),
                e.port(),
                name != null ? name : words.get(0),
                accel || implicit,
                byHost,
                defaultSite,
                defaultSitePort,
                vport,
                scheme,
                ignoreCc,
                actAsOrigin,
                requireProxyHeader,
                line.where()));
    }

    private void warnImplicit(boolean byHost) {
        StringBuilder modern =
                new StringBuilder("http_port ").append(line.texts().get(0)).append(" accel");
        if (!byHost) {
            modern.append(" no-vhost");
        }
        line.texts().stream()
                .skip(1)
                .filter(word -> !word.equals("vhost") && !word.equals("no-vhost"))
                .forEach(word -> modern.append(' ').append(word));
        problems.warning(Kind.TRANSLATED, line.where(), "an old form of an accelerator's port; today: " + modern);
    }

    private void option(String word) {
        int equals = word.indexOf('=');
        String key = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? null : word.substring(equals + 1);
        switch (key) {
            case "accel" -> accel = flag(key, value);
            case "vhost" -> vhost = flag(key, value);
            case "no-vhost" -> noVhost = flag(key, value);
            case "ignore-cc" -> ignoreCc = flag(key, value);
            case "act-as-origin" -> actAsOrigin = flag(key, value);
            case "defaultsite" -> defaultSite(value == null ? "" : value);
            case "vport" -> vport(value == null ? "0" : value);
            case "protocol" -> protocol(value == null ? "" : value);
            case "name" -> {
                if (value == null || value.isEmpty()) {
                    problems.value(line.where(), "name= needs a name");
                } else {
                    name = value;
                }
            }
            case "allow-direct" -> later("no request goes direct, whatever it says", word);
            case "tcpkeepalive" -> later("the operating system's setting holds", word);
            case "connection-auth", "disable-pmtu-discovery", "worker-queues" ->
                problems.notice(Kind.IGNORED, line.where(), "http_port option " + word + " has no effect");
            case "intercept", "transparent", "tproxy" ->
                rejected(word, "Loligo accelerates sites and intercepts nothing: use accel");
            case "ssl-bump", "generate-host-certificates", "dynamic_cert_mem_cache_size" ->
                rejected(word, "an accelerator holds its sites' own certificates and forges none: remove it");
            case "require-proxy-header" -> requireProxyHeader = flag(key, value);
            case "tls-cert",
                    "cert",
                    "tls-key",
                    "key",
                    "cipher",
                    "options",
                    "version",
                    "tls-min-version",
                    "clientca",
                    "tls-cafile",
                    "cafile",
                    "capath",
                    "crlfile",
                    "sslflags",
                    "tls-dh",
                    "dhparams",
                    "tls-default-ca",
                    "tls-no-npn",
                    "sslcontext" -> problems.value(line.where(), "option " + key + " belongs to https_port");
            default -> problems.value(line.where(), "http_port has no option " + word);
        }
    }

    private boolean flag(String key, @Nullable String value) {
        if (value != null) {
            problems.value(line.where(), "option " + key + " takes no value");
        }
        return true;
    }

    private void later(String meanwhile, String word) {
        problems.warning(
                Kind.NOT_YET, line.where(), "http_port option " + word + " is not yet implemented; " + meanwhile);
    }

    private void rejected(String word, String instead) {
        problems.error(Kind.REJECTED, line.where(), "http_port option " + word + ": " + instead);
    }

    private void defaultSite(String value) {
        String host = value.toLowerCase(Locale.ROOT);
        int colon = host.lastIndexOf(':');
        if (colon >= 0 && !host.endsWith("]")) {
            Optional<Long> port = Values.integer(host.substring(colon + 1)).filter(n -> 0 < n && n <= 65_535);
            if (port.isEmpty()) {
                problems.value(line.where(), "not a site's NAME or NAME:PORT: " + value);
                return;
            }
            defaultSitePort = port.get().intValue();
            host = host.substring(0, colon);
        }
        if (host.endsWith(".") && host.length() > 1) {
            host = host.substring(0, host.length() - 1);
        }
        if (!host.chars().allMatch(PortLine::isHostCharacter) || host.isEmpty()) {
            problems.value(line.where(), "not a site's NAME or NAME:PORT: " + value);
            return;
        }
        defaultSite = host;
    }

    private static boolean isHostCharacter(int c) {
        return ('a' <= c && c <= 'z') || ('0' <= c && c <= '9') || "-._:[]".indexOf(c) >= 0;
    }

    private void vport(String value) {
        Optional<Long> port = Values.integer(value).filter(n -> 0 <= n && n <= 65_535);
        if (port.isEmpty()) {
            problems.value(line.where(), "not a port: vport=" + value);
        }
        vport = port.map(Long::intValue).orElse(-1);
    }

    private void protocol(String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (lower.equals("http") || lower.equals("https")) {
            scheme = lower;
        } else {
            problems.value(line.where(), "protocol= is HTTP or HTTPS, not " + value);
        }
    }
}
