package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Problem.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds http_access rules that open PURGE or the manager to clients on this machine while a TLS terminator, or another
 * proxy, on this machine connects for everybody: then they are open to everybody.
 */
final class LoopbackTrust {
    private final Problems problems;
    private final List<Door> doors = new ArrayList<>();

    LoopbackTrust(Problems problems) {
        this.problems = problems;
    }

    /** A rule that is about PURGE or the manager and rests on the client's being on this machine. */
    private record Door(Directive line, Rule rule) {}

    /** Takes an http_access line. */
    void take(Directive line, Rule rule) {
        boolean about = rule.terms().stream()
                .anyMatch(term -> !term.negated()
                        && (term.acl().isAboutManager() || term.acl().namesMethod("PURGE")));
        // Either "allow PURGE localhost" or "deny PURGE !localhost".
        boolean rests = rule.terms().stream()
                .anyMatch(term -> term.negated() != rule.allows() && term.acl().trustsThisMachine());
        if (about && rests) {
            doors.add(new Door(line, rule));
        }
    }

    /** Says which of the rules taken hold for everybody who comes through a proxy on this machine. */
    void check(List<PortConfig> ports, ClientAddresses clientAddresses) {
        for (Door door : doors) {
            ports.stream()
                    .filter(port -> isOpen(door.rule, port, clientAddresses))
                    .findFirst()
                    .ifPresent(port -> problems.warning(
                            Kind.DOUBTFUL,
                            door.line.where(),
                            door.line.text() + " may be open to everybody: a proxy on this machine, as " + port.where()
                                    + " seems to have, connects from this machine for all clients, and not every proxy"
                                    + " says so in X-Forwarded-For, Forwarded, X-Real-IP or Via; let"
                                    + " follow_x_forwarded_for or require-proxy-header name them, or give this a port of"
                                    + " its own (acl myportname)"));
        }
    }

    private static boolean isOpen(Rule rule, PortConfig port, ClientAddresses clientAddresses) {
        InetAddress here = InetAddress.getLoopbackAddress();
        RequestFacts facts = RequestFacts.ofConnection(
                new InetSocketAddress(here, 0), new InetSocketAddress(here, port.port()), port.name());
        boolean followed = clientAddresses.followXForwardedFor() != null
                && clientAddresses.followXForwardedFor().decide(facts).allowed();
        boolean behindProxy =
                followed || isLoopback(port.host()) || port.scheme().equals("https");
        return port.accelerated()
                && !port.requireProxyHeader()
                && behindProxy
                && !(followed && clientAddresses.aclUsesIndirectClient())
                && reaches(rule, facts);
    }

    /** Whether no term of the rule keeps it away from that port. */
    private static boolean reaches(Rule rule, RequestFacts facts) {
        for (Term term : rule.terms()) {
            boolean aboutPort =
                    term.acl().looksAtConnectionOnly() && !term.acl().trustsThisMachine();
            if (aboutPort && term.acl().matches(facts) == term.negated()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLoopback(@Nullable String host) {
        return host != null
                && (host.startsWith("127.")
                        || host.equals("::1")
                        || host.toLowerCase(Locale.ROOT).equals("localhost"));
    }
}
