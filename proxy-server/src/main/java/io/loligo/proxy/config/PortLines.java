package io.loligo.proxy.config;

import io.loligo.proxy.config.Problem.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where clients come in: http_port. */
final class PortLines {
    private final Problems problems;
    private final List<PortConfig> ports = new ArrayList<>();

    PortLines(Problems problems) {
        this.problems = problems;
    }

    /** Takes an http_port line. */
    void take(Directive line) {
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

    /** Makes accelerators of those that are none, for one site. */
    void accelerate(String host, boolean byHost) {
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
                        p.requireProxyHeader(),
                        p.where()));
    }

    /** Says which ports nobody can connect to, as nobody may send the PROXY headers that they want. */
    void proxyHeaders(ClientAddresses clientAddresses) {
        boolean nobody = clientAddresses.proxyProtocolAccess().rules().isEmpty();
        ports.stream()
                .filter(port -> nobody && port.requireProxyHeader())
                .forEach(port -> problems.warning(
                        Kind.DOUBTFUL,
                        port.where(),
                        "require-proxy-header closes every connection, as no proxy_protocol_access line says who may send"
                                + " PROXY headers: proxy_protocol_access allow ..."));
    }

    /** Those of all lines so far. */
    List<PortConfig> ports() {
        return List.copyOf(ports);
    }
}
