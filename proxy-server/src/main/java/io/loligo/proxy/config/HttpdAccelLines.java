package io.loligo.proxy.config;

import io.loligo.proxy.config.Problem.Kind;
import java.util.List;

/** The accelerator of Squid 2.5, httpd_accel_host and those beside it: one origin, and every port accelerates. */
final class HttpdAccelLines {
    private final Scalars scalars;
    private final Problems problems;

    HttpdAccelLines(Scalars scalars, Problems problems) {
        this.scalars = scalars;
        this.problems = problems;
    }

    /** Makes of them the peer, and the ports' site. */
    void translate(PortLines ports, PeerLines peers) {
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
        peers.add(PeerLine.origin(hostLine, problems, host, port));
        ports.accelerate(host, byHost);
    }
}
