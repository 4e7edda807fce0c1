package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.Acl;
import io.loligo.proxy.access.DomainAcl;
import io.loligo.proxy.access.DomainSet;
import io.loligo.proxy.config.Problem.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where requests go: cache_peer, and what each peer is asked for: cache_peer_access, cache_peer_domain. */
final class PeerLines {
    private final AclTable acls;
    private final RuleLists lists;
    private final Problems problems;
    private final List<PeerLine> peers = new ArrayList<>();
    private final Map<String, PeerLine> peersByName = new HashMap<>();

    PeerLines(AclTable acls, RuleLists lists, Problems problems) {
        this.acls = acls;
        this.lists = lists;
        this.problems = problems;
    }

    /** Takes a cache_peer line. */
    void take(Directive line) {
        PeerLine.parse(line, problems).ifPresent(this::add);
    }

    void add(PeerLine peer) {
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

    /** Takes a cache_peer_access line. */
    void access(int index, Directive line) {
        List<String> words = line.texts();
        if (words.isEmpty()) {
            problems.value(line.where(), line.name() + " needs a peer, allow or deny, and acls");
            return;
        }
        PeerLine peer = peer(line, words.get(0));
        Optional<Rule> rule = acls.rule(line, index, words.subList(1, words.size()));
        if (peer != null && rule.isPresent()) {
            lists.add("cache_peer_access " + peer.name(), line, rule.get());
            peer.access().add(rule.get());
        }
    }

    /** Takes a cache_peer_domain line. Old Squids asked these domains and cache_peer_access, and both had to allow. */
    void domain(Directive line) {
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

    boolean isEmpty() {
        return peers.isEmpty();
    }

    /** What all lines together say. */
    List<PeerConfig> configs(Duration connectTimeout) {
        return peers.stream()
                .filter(PeerLine::isUsable)
                .map(peer -> peer.config(connectTimeout))
                .toList();
    }
}
