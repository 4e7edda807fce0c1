package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.DomainAcl;
import io.loligo.proxy.access.DomainSet;
import io.loligo.proxy.config.Problem.Kind;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What holds without any http_access line: the sites that the file names are served. */
final class AssumedAccess {
    private final List<PortConfig> ports;
    private final List<PeerConfig> peers;
    private final Problems problems;

    AssumedAccess(List<PortConfig> ports, List<PeerConfig> peers, Problems problems) {
        this.ports = ports;
        this.peers = peers;
        this.problems = problems;
    }

    /**
     * @param file for what no line says
     * @param strict whether everything is denied, as Squid does
     */
    AccessList list(SourceLocation file, boolean strict) {
        if (strict) {
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
        Collection<String> sites = sites();
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

    private Collection<String> sites() {
        Set<String> sites = new TreeSet<>();
        ports.stream().map(PortConfig::defaultSite).filter(Objects::nonNull).forEach(sites::add);
        for (PeerConfig peer : peers) {
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
}
