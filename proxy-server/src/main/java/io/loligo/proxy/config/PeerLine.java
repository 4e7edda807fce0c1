package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.DomainAcl;
import io.loligo.proxy.access.DomainSet;
import io.loligo.proxy.config.Balancing.CarpKey;
import io.loligo.proxy.config.PeerConfig.FrontEndHttps;
import io.loligo.proxy.config.PeerConfig.Login;
import io.loligo.proxy.config.Problem.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One cache_peer line, and what later lines say of the peer. */
final class PeerLine {
    /** connect-fail-limit= where there is none. */
    private static final int CONNECT_FAIL_LIMIT = 10;

    private final Directive line;
    private final Problems problems;
    private final String host;
    private final int port;
    /** What cache_peer_domain excludes; asked before {@link #access}, since both must allow. */
    private final List<Rule> domainRules = new ArrayList<>();

    /** The plain names of cache_peer_domain: with any, no other site is served. */
    private final List<String> servedDomains = new ArrayList<>();

    private final List<Rule> access = new ArrayList<>();

    private String name;
    private boolean usable = true;
    private boolean originServer;
    private boolean defaultPeer;
    private boolean sourceHash;
    private boolean userHash;
    private boolean carp;
    private boolean roundRobin;
    private boolean weightedRoundRobin;
    private final Set<CarpKey> carpKey = EnumSet.noneOf(CarpKey.class);
    private boolean proxyOnly;
    private boolean tlsSaid;
    private int weight = 1;
    private int maxConnections;
    private int connectFailLimit = CONNECT_FAIL_LIMIT;
    private Login login = Login.NONE;
    private @Nullable String forcedDomain;
    private FrontEndHttps frontEndHttps = FrontEndHttps.OFF;
    private @Nullable Duration connectTimeout;

    private PeerLine(Directive line, Problems problems, String host, int port) {
        this.line = line;
        this.problems = problems;
        this.host = host;
        this.name = host;
        this.port = port;
    }

    /** The peer of httpd_accel_host. */
    static PeerLine origin(Directive line, Problems problems, String host, int port) {
        PeerLine peer = new PeerLine(line, problems, host, port);
        peer.originServer = true;
        return peer;
    }

    /** Reads a line; empty when it names no peer at all. */
    static Optional<PeerLine> parse(Directive line, Problems problems) {
        List<String> words = line.texts();
        if (words.size() < 3) {
            problems.value(
                    line.where(),
                    "cache_peer needs a host, a type, an HTTP port and an ICP port:"
                            + " cache_peer HOST parent PORT 0 no-query originserver");
            return Optional.empty();
        }
        int options = 3;
        Optional<Long> port = Values.integer(words.get(2)).filter(n -> 0 < n && n <= 65_535);
        if (port.isEmpty()) {
            problems.value(line.where(), "not a port: " + words.get(2));
        }
        boolean icp = false;
        if (words.size() > 3 && Values.integer(words.get(3)).isPresent()) {
            options = 4;
            icp = !words.get(3).equals("0") && !words.get(3).equals("7");
        } else {
            problems.value(line.where(), "cache_peer needs an ICP port after the HTTP port, such as 0");
        }
        PeerLine peer = new PeerLine(
                line, problems, words.get(0), port.map(Long::intValue).orElse(1));
        if (!isHost(words.get(0))) {
            problems.value(line.where(), "not a host name or address: " + words.get(0));
        }
        peer.type(words.get(1));
        List<String> rest = words.subList(options, words.size());
        rest.forEach(peer::option);
        peer.balanced(words.get(1));
        if (icp && !rest.contains("no-query")) {
            problems.warning(Kind.IGNORED, line.where(), "no ICP query is sent to " + peer.name + "; write no-query");
        }
        return Optional.of(peer);
    }

    /** Unique without regard to case. */
    String name() {
        return name;
    }

    Directive line() {
        return line;
    }

    /** Whether requests can be sent to it: not to a sibling. */
    boolean isUsable() {
        return usable;
    }

    List<Rule> access() {
        return access;
    }

    List<Rule> domainRules() {
        return domainRules;
    }

    List<String> servedDomains() {
        return servedDomains;
    }

    PeerConfig config(Duration peerConnectTimeout) {
        List<Rule> rules = new ArrayList<>(domainRules);
        Term served = new Term(false, new DomainAcl("cache_peer_domain", DomainSet.of(servedDomains)));
        if (!servedDomains.isEmpty() && !access.isEmpty()) {
            rules.add(new Rule(false, List.of(new Term(true, served.acl())), "(cache_peer_domain: other domains)"));
        } else if (!servedDomains.isEmpty()) {
            rules.add(new Rule(true, List.of(served), "(cache_peer_domain: its domains)"));
        } else if (!domainRules.isEmpty() && access.isEmpty()) {
            rules.add(new Rule(true, List.of(), "(cache_peer_domain: what it does not exclude)"));
        }
        rules.addAll(access);
        return new PeerConfig(
                name,
                host,
                port,
                originServer,
                defaultPeer,
                new Balancing(sourceHash, userHash, carp, carpKey, roundRobin, weightedRoundRobin),
                weight,
                login,
                forcedDomain,
                frontEndHttps,
                maxConnections,
                connectTimeout == null ? peerConnectTimeout : connectTimeout,
                connectFailLimit,
                proxyOnly,
                new AccessList("cache_peer_access", List.copyOf(rules), true),
                line.where());
    }

    /** A name or an address: it goes into Host fields. */
    private static boolean isHost(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || "-._:[]".indexOf(c) >= 0));
    }

    private void type(String type) {
        switch (type) {
            case "parent" -> {}
            case "sibling" -> {
                usable = false;
                problems.warning(
                        Kind.NOT_YET, line.where(), "siblings are not yet implemented; " + host + " is not asked");
            }
            case "multicast" -> {
                usable = false;
                problems.error(Kind.REJECTED, line.where(), "there is no multicast: list the peers one by one");
            }
            default -> problems.value(line.where(), "a peer is a parent or a sibling, not " + type);
        }
    }

    private void option(String word) {
        int equals = word.indexOf('=');
        String key = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? null : word.substring(equals + 1);
        switch (key) {
            case "no-query" -> {}
            case "originserver" -> originServer = true;
            case "default" -> defaultPeer = true;
            case "round-robin" -> roundRobin = true;
            case "proxy-only" -> proxyOnly = true;
            case "name" -> name(value);
            case "weight" -> weight = (int) Math.max(1, number(word, value, 1_000_000));
            case "max-conn" -> maxConnections = (int) number(word, value, Integer.MAX_VALUE);
            case "connect-fail-limit" -> connectFailLimit = (int) Math.max(1, number(word, value, Integer.MAX_VALUE));
            case "connect-timeout" -> connectTimeout(word, value);
            case "forceddomain" -> {
                if (value == null || !isHost(value)) {
                    problems.value(line.where(), "forceddomain= needs a host name");
                } else {
                    forcedDomain = value;
                }
            }
            case "front-end-https" -> frontEndHttps(value == null ? "on" : value);
            case "login" -> login(value == null ? "" : value);
            case "no-digest",
                    "no-netdb-exchange",
                    "no-delay",
                    "digest-url",
                    "connection-auth",
                    "auth-no-keytab",
                    "no-tproxy",
                    "allow-miss" ->
                problems.notice(
                        Kind.IGNORED,
                        line.where(),
                        "cache_peer option " + word + " has no effect: there is no such traffic");
            case "multicast-siblings", "closest-only", "ttl", "background-ping" -> ignored(word);
            case "basetime" -> {
                number(word, value, Integer.MAX_VALUE);
                ignored(word);
            }
            case "standby", "monitorurl", "monitorsize", "monitorinterval", "monitortimeout" ->
                later(word, "it has no effect");
            case "carp" -> carp = true;
            case "carp-key" -> carpKey(value == null ? "" : value);
            case "weighted-round-robin" -> weightedRoundRobin = true;
            case "sourcehash" -> sourceHash = true;
            case "userhash" -> userHash = true;
            case "multicast-responder" ->
                problems.error(
                        Kind.REJECTED,
                        line.where(),
                        "there is no multicast: the peer would never be asked; write a line without multicast-responder");
            default -> {
                if (isTls(key)) {
                    tls(word);
                } else if (key.startsWith("htcp")) {
                    ignored(word);
                } else {
                    problems.value(line.where(), "cache_peer has no option " + word);
                }
            }
        }
    }

    private void carpKey(String value) {
        if (!carp) {
            problems.value(line.where(), "carp-key= stands after carp: carp carp-key=host,path");
        }
        for (String word : value.split(",", -1)) {
            CarpKey.of(word)
                    .ifPresentOrElse(
                            carpKey::add,
                            () -> problems.value(
                                    line.where(),
                                    "carp-key= is a list of scheme, host, port, path and params, such as"
                                            + " carp-key=host,path, not " + value));
        }
    }

    private void balanced(String type) {
        if (!type.equals("parent") && (sourceHash || userHash || carp)) {
            problems.value(line.where(), "sourcehash, userhash and carp are for parents, not for a " + type);
        }
        if (weightedRoundRobin) {
            problems.notice(
                    Kind.IGNORED,
                    line.where(),
                    "weighted-round-robin takes even turns, as Squid's does where no ICP query measures times; for turns"
                            + " by weight= write round-robin");
        }
    }

    private static boolean isTls(String key) {
        return key.equals("tls") || key.startsWith("ssl") || key.startsWith("tls-");
    }

    private void tls(String word) {
        if (!tlsSaid) {
            problems.error(
                    Kind.NOT_YET,
                    line.where(),
                    "TLS to a peer is not yet implemented (" + word.replaceFirst("=.*", "=")
                            + "), and is never left out silently");
        }
        tlsSaid = true;
    }

    private void ignored(String word) {
        problems.warning(
                Kind.IGNORED, line.where(), "cache_peer option " + word + " has no effect: peers are not queried");
    }

    private void later(String word, String meanwhile) {
        problems.warning(
                Kind.NOT_YET, line.where(), "cache_peer option " + word + " is not yet implemented; " + meanwhile);
    }

    private void name(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            problems.value(line.where(), "name= needs a name");
        } else {
            name = value;
        }
    }

    private long number(String word, @Nullable String value, long most) {
        Optional<Long> number = Values.integer(value == null ? "" : value).filter(n -> -most <= n && n <= most);
        if (number.isEmpty()) {
            problems.value(line.where(), "not a number: " + word);
        }
        return Math.max(0, number.orElse(0L));
    }

    private void connectTimeout(String word, @Nullable String value) {
        long seconds = number(word, value, 1_000_000);
        if (seconds == 0) {
            problems.value(line.where(), "connect-timeout= needs a number of seconds");
        } else {
            connectTimeout = Duration.ofSeconds(seconds);
        }
    }

    private void frontEndHttps(String value) {
        switch (value) {
            case "on" -> frontEndHttps = FrontEndHttps.ON;
            case "off" -> frontEndHttps = FrontEndHttps.OFF;
            case "auto" -> frontEndHttps = FrontEndHttps.AUTO;
            default -> problems.value(line.where(), "front-end-https= is on, off or auto, not " + value);
        }
    }

    private void login(String value) {
        int colon = value.indexOf(':');
        if (value.equals("PASS") || value.equals("PASSTHRU")) {
            login = new Login(Login.Kind.PASS, "", "");
        } else if (value.equals("NEGOTIATE") || value.startsWith("NEGOTIATE:")) {
            problems.error(
                    Kind.REJECTED,
                    line.where(),
                    "login=NEGOTIATE cannot be done: use login=PASS or login=USER:PASSWORD");
        } else if (colon < 0) {
            problems.value(line.where(), "login= is PASS, PASSTHRU, USER:PASSWORD or *:PASSWORD");
        } else if (value.startsWith("*:")) {
            login = new Login(Login.Kind.CLIENT_USER, "", unescaped(value.substring(2)));
        } else {
            login = new Login(
                    Login.Kind.FIXED, unescaped(value.substring(0, colon)), unescaped(value.substring(colon + 1)));
        }
    }

    /** %XX becomes the byte. */
    private static String unescaped(String text) {
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[in.length];
        int length = 0;
        for (int i = 0; i < in.length; i++) {
            int high = i + 2 < in.length && in[i] == '%' ? Character.digit(in[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(in[i + 2], 16);
            if (low >= 0) {
                out[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                out[length++] = in[i];
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }
}
