package io.loligo.proxy.access;

import io.loligo.proxy.access.AclParser.Line;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Every acl type there is, one row each: the parser, {@code check} and the manual read the same rows. Squid's acl types.
 */
public enum AclType {
    SRC(
            "src",
            LooksAt.CONNECTION,
            Items.PLAIN,
            Form.ADDRESSES,
            "The client's address; behind a proxy that follow_x_forwarded_for believes, the address that X-Forwarded-For"
                    + " names, unless acl_uses_indirect_client is off",
            (parser, name, lines) -> new AddressAcl(name, AddressAcl.Side.CLIENT, parser.addresses(lines))),
    LOCALIP(
            "localip myip",
            LooksAt.CONNECTION,
            Items.PLAIN,
            Form.ADDRESSES,
            "The address that the client connected to",
            (parser, name, lines) -> new AddressAcl(name, AddressAcl.Side.LOCAL, parser.addresses(lines))),
    LOCALPORT(
            "localport myport",
            LooksAt.CONNECTION,
            Items.PLAIN,
            Form.PORTS,
            "The port that the client connected to",
            (parser, name, lines) -> new PortNumberAcl(name, PortNumberAcl.Which.LOCAL, AclItems.ports(lines))),
    MYPORTNAME(
            "myportname",
            LooksAt.CONNECTION,
            Items.PLAIN,
            "NAME...",
            "The name= of the port that the client connected to; by default the port as its line writes it",
            (parser, name, lines) -> new WordAcl(name, WordAcl.Which.PORT_NAME, AclItems.words(lines))),
    PORT(
            "port",
            LooksAt.REQUEST,
            Items.PLAIN,
            Form.PORTS,
            "The port in the URL, by default that of its scheme",
            (parser, name, lines) -> new PortNumberAcl(name, PortNumberAcl.Which.URL, AclItems.ports(lines))),
    DSTDOMAIN(
            "dstdomain",
            LooksAt.REQUEST,
            Items.PLAIN,
            "[-n] NAME | .NAME...",
            "The host in the URL: NAME is that host, .NAME is that host and every host below it; addresses are not looked up",
            (parser, name, lines) -> new DomainAcl(name, DomainSet.of(AclItems.domains(lines)))),
    DSTDOM_REGEX(
            "dstdom_regex",
            LooksAt.REQUEST,
            Items.PATTERNS,
            "[-n] " + Form.PATTERNS,
            "A pattern is found in the host of the URL",
            (parser, name, lines) -> new RegexAcl(name, RegexAcl::host, AclItems.hostPatterns(lines))),
    URL_REGEX(
            "url_regex",
            LooksAt.REQUEST,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the whole URL, %XX decoded",
            (parser, name, lines) -> new RegexAcl(name, RegexAcl::url, AclItems.patterns(lines))),
    URLPATH_REGEX(
            "urlpath_regex",
            LooksAt.REQUEST,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the path and query of the URL, %XX decoded",
            (parser, name, lines) -> new RegexAcl(name, RegexAcl::urlPath, AclItems.pathPatterns(lines))),
    METHOD(
            "method",
            LooksAt.REQUEST,
            Items.PLAIN,
            "METHOD...",
            "The request's method; an acl that names PURGE switches that method on",
            (parser, name, lines) -> new WordAcl(name, WordAcl.Which.METHOD, AclItems.words(lines))),
    PROTO(
            "proto",
            LooksAt.REQUEST,
            Items.PLAIN,
            "HTTP | HTTPS | cache_object...",
            "The scheme of the URL",
            (parser, name, lines) -> new WordAcl(name, WordAcl.Which.SCHEME, AclItems.words(lines))),
    BROWSER(
            "browser",
            LooksAt.REQUEST,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the field User-Agent",
            (parser, name, lines) -> new RegexAcl(name, RegexAcl.field("User-Agent"), AclItems.patterns(lines))),
    REFERER_REGEX(
            "referer_regex",
            LooksAt.REQUEST,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the field Referer",
            (parser, name, lines) -> new RegexAcl(name, RegexAcl.field("Referer"), AclItems.patterns(lines))),
    REQ_HEADER(
            "req_header",
            LooksAt.REQUEST,
            Items.PATTERNS,
            "FIELD " + Form.PATTERNS,
            "A pattern is found in that field of the request; the lines of a repeated field are joined with commas",
            (parser, name, lines) -> AclItems.onField(
                    name,
                    "req_header",
                    lines,
                    (field, patterns) -> new RegexAcl(name, RegexAcl.field(field), AclItems.patterns(patterns)))),
    REQ_MIME_TYPE(
            "req_mime_type",
            LooksAt.REQUEST,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the request's Content-Type",
            (parser, name, lines) -> new RegexAcl(name, RegexAcl.field("Content-Type"), AclItems.patterns(lines))),
    REP_HEADER(
            "rep_header",
            LooksAt.REPLY,
            Items.PATTERNS,
            "FIELD " + Form.PATTERNS,
            "A pattern is found in that field of the answer",
            (parser, name, lines) -> AclItems.onField(
                    name,
                    "rep_header",
                    lines,
                    (field, patterns) -> new ReplyFieldAcl(name, field, AclItems.patterns(patterns)))),
    REP_MIME_TYPE(
            "rep_mime_type",
            LooksAt.REPLY,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the answer's Content-Type",
            (parser, name, lines) -> new ReplyFieldAcl(name, "Content-Type", AclItems.patterns(lines))),
    HTTP_STATUS(
            "http_status",
            LooksAt.REPLY,
            Items.PLAIN,
            "CODE | CODE-CODE | CODE-...",
            "The answer's status code",
            (parser, name, lines) -> new HttpStatusAcl(name, AclItems.statuses(lines))),
    ANY_OF(
            "any-of",
            LooksAt.ITS_MEMBERS,
            Items.PLAIN,
            Form.ACLS,
            "One of the acls matches",
            (parser, name, lines) -> parser.group(name, lines, false)),
    ALL_OF(
            "all-of",
            LooksAt.ITS_MEMBERS,
            Items.PLAIN,
            Form.ACLS,
            "All acls of one line match",
            (parser, name, lines) -> parser.group(name, lines, true)),

    TIME(
            "time",
            LooksAt.CONNECTION,
            Items.PLAIN,
            "[SMTWHFAD] [HH:MM-HH:MM]...",
            "The local day of the week (S is Sunday, H Thursday, A Saturday, D Monday to Friday) and time of day; the last minute"
                    + " belongs to the span",
            (parser, name, lines) -> new TimeAcl(name, AclItems.times(lines), Clock.system(ZoneId.systemDefault()))),
    RANDOM(
            "random",
            LooksAt.CONNECTION,
            Items.PLAIN,
            "0.N | N/M | N:M",
            "Matches that share of all times that it is asked; N:M is N of N+M",
            (parser, name, lines) -> new RandomAcl(
                    name,
                    AclItems.share(lines),
                    () -> ThreadLocalRandom.current().nextDouble())),
    HAS(
            "has",
            LooksAt.REPLY,
            Items.PLAIN,
            "request | response | ALE...",
            "What is known of the exchange: the request and ALE always, the response where there is an answer",
            (parser, name, lines) -> new HasAcl(name, AclItems.hasMoreThanResponse(lines))),

    DST("dst", State.NOT_YET, Speed.SLOW, Items.PLAIN, "[-n] " + Form.ADDRESSES, "The addresses of the URL's host"),
    SRCDOMAIN("srcdomain", State.NOT_YET, Speed.SLOW, Items.PLAIN, "NAME | .NAME...", "The client's host name"),
    SRCDOM_REGEX(
            "srcdom_regex",
            State.NOT_YET,
            Speed.SLOW,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the client's host name"),
    URLLOGIN(
            "urllogin",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            Form.PATTERNS,
            "A pattern is found in the user name of the URL"),
    MAXCONN("maxconn", State.NOT_YET, Speed.FAST, Items.PLAIN, "NUMBER", "The client has more connections than that"),
    EXTERNAL("external", State.NOT_YET, Speed.SLOW, Items.PLAIN, "CLASS ARGUMENT...", "What a helper program says"),
    PROXY_AUTH("proxy_auth", State.NOT_YET, Speed.SLOW, Items.PLAIN, "USER... | REQUIRED", "The user who logged in"),
    PROXY_AUTH_REGEX(
            "proxy_auth_regex",
            State.NOT_YET,
            Speed.SLOW,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the name of the user who logged in"),
    MAX_USER_IP(
            "max_user_ip",
            State.NOT_YET,
            Speed.SLOW,
            Items.PLAIN,
            "[-s] NUMBER",
            "The user is logged in from more addresses than that"),
    EXT_USER("ext_user", State.NOT_YET, Speed.SLOW, Items.PLAIN, "USER...", "The user that a helper program named"),
    EXT_USER_REGEX(
            "ext_user_regex",
            State.NOT_YET,
            Speed.SLOW,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the name of the user that a helper program named"),
    PEERNAME("peername", State.NOT_YET, Speed.FAST, Items.PLAIN, "NAME...", "The name= of the peer that was chosen"),
    PEERNAME_REGEX(
            "peername_regex",
            State.NOT_YET,
            Speed.FAST,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the name= of the peer that was chosen"),
    HIER_CODE("hier_code", State.NOT_YET, Speed.FAST, Items.PLAIN, "CODE...", "How the peer was chosen"),
    TAG("tag", State.NOT_YET, Speed.FAST, Items.PLAIN, "WORD...", "The tag that a helper program gave"),
    NOTE("note", State.NOT_YET, Speed.FAST, Items.PLAIN, "[-m] NAME [VALUE...]", "An annotation of the request"),
    ANNOTATE_TRANSACTION(
            "annotate_transaction",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "NAME=VALUE...",
            "Always matches, and annotates the request"),
    ANNOTATE_CLIENT(
            "annotate_client",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "NAME=VALUE...",
            "Always matches, and annotates the connection"),
    TRANSACTION_INITIATOR(
            "transaction_initiator", State.NOT_YET, Speed.FAST, Items.PLAIN, "INITIATOR...", "Who caused the request"),
    CONNECTIONS_ENCRYPTED(
            "connections_encrypted",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "",
            "All connections that carried the message were encrypted"),
    USER_CERT(
            "user_cert",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "ATTRIBUTE VALUE...",
            "An attribute of the client's certificate"),
    CA_CERT(
            "ca_cert",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "ATTRIBUTE VALUE...",
            "An attribute of the issuer of the client's certificate"),
    SERVER_CERT_FINGERPRINT(
            "server_cert_fingerprint",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "[-sha1] FINGERPRINT...",
            "The fingerprint of the origin's certificate"),
    SSL_ERROR(
            "ssl_error",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "ERROR...",
            "What is wrong with the origin's certificate"),
    SSL_SERVER_NAME(
            "ssl::server_name",
            State.NOT_YET,
            Speed.FAST,
            Items.PLAIN,
            "[OPTION] NAME | .NAME...",
            "The server name in the TLS handshake"),
    SSL_SERVER_NAME_REGEX(
            "ssl::server_name_regex",
            State.NOT_YET,
            Speed.FAST,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the server name in the TLS handshake"),
    SQUID_ERROR(
            "squid_error", State.NOT_YET, Speed.FAST, Items.PLAIN, "ERR_NAME...", "The error page that is being made"),
    SNMP_COMMUNITY(
            "snmp_community", State.NOT_YET, Speed.FAST, Items.PLAIN, "NAME...", "The community of an SNMP query"),

    ARP("arp", State.REFUSED, Speed.FAST, Items.PLAIN, "MAC-ADDRESS...", "The client's hardware address"),
    EUI64("eui64", State.REFUSED, Speed.FAST, Items.PLAIN, "EUI64-ADDRESS...", "The client's EUI-64 address"),
    CLIENTSIDE_MARK(
            "clientside_mark",
            State.REFUSED,
            Speed.FAST,
            Items.PLAIN,
            "MARK[/MASK]...",
            "The netfilter mark of packets"),
    CLIENT_CONNECTION_MARK(
            "client_connection_mark",
            State.REFUSED,
            Speed.FAST,
            Items.PLAIN,
            "MARK[/MASK]...",
            "The netfilter mark of the client's connection"),
    ADAPTATION_SERVICE(
            "adaptation_service", State.REFUSED, Speed.FAST, Items.PLAIN, "SERVICE...", "The adaptation service asked"),
    AT_STEP("at_step", State.REFUSED, Speed.FAST, Items.PLAIN, "STEP...", "The step of a TLS interception"),
    SRC_AS("src_as", State.REFUSED, Speed.SLOW, Items.PLAIN, "NUMBER...", "The network number of the client"),
    DST_AS("dst_as", State.REFUSED, Speed.SLOW, Items.PLAIN, "NUMBER...", "The network number of the URL's host"),
    IDENT("ident", State.REFUSED, Speed.SLOW, Items.PLAIN, "USER...", "The user whom ident names"),
    IDENT_REGEX(
            "ident_regex",
            State.REFUSED,
            Speed.SLOW,
            Items.PATTERNS,
            Form.PATTERNS,
            "A pattern is found in the name of the user whom ident names");

    private static final Map<String, AclType> BY_NAME = byName();

    private final String word;

    @SuppressWarnings("ImmutableEnumChecker") // a list that cannot be changed
    private final List<String> olderNames;

    private final State state;
    private final LooksAt looksAt;
    private final Speed speed;
    private final Items items;
    private final String syntax;
    private final String meaning;
    /** Null where this version evaluates no acl of the type. */
    @SuppressWarnings("ImmutableEnumChecker") // a function without a state
    private final @Nullable ItemsReader reader;

    /** A type that works: everything it looks at is at hand, so it is fast. */
    AclType(String names, LooksAt looksAt, Items items, String syntax, String meaning, ItemsReader reader) {
        this(names, State.WORKS, looksAt, Speed.FAST, items, syntax, meaning, reader);
    }

    /** A type that does not work. */
    AclType(String names, State state, Speed speed, Items items, String syntax, String meaning) {
        this(names, state, LooksAt.NOTHING, speed, items, syntax, meaning, null);
    }

    AclType(
            String names,
            State state,
            LooksAt looksAt,
            Speed speed,
            Items items,
            String syntax,
            String meaning,
            @Nullable ItemsReader reader) {
        List<String> all = List.of(names.split(" ", -1));
        this.word = all.get(0);
        this.olderNames = all.subList(1, all.size());
        this.state = state;
        this.looksAt = looksAt;
        this.speed = speed;
        this.items = items;
        this.syntax = syntax;
        this.meaning = meaning;
        this.reader = reader;
    }

    /** What Loligo undertakes for a type. */
    public enum State {
        WORKS,
        /** Squid has it, this version does not evaluate it: a rule on it is refused. */
        NOT_YET,
        /** It needs what a JVM, or an accelerator, does not have: a rule on it is refused. */
        REFUSED
    }

    /** What must be known before an acl of the type can be asked. */
    public enum LooksAt {
        /** Who connected to where: known before there is a request. */
        CONNECTION,
        REQUEST,
        REPLY,
        /** What the acls look at that it is made of. */
        ITS_MEMBERS,
        /** It is never asked. */
        NOTHING
    }

    /** Whether an acl of the type can be asked without waiting. Squid's fast and slow acls. */
    private enum Speed {
        FAST,
        /** DNS, a helper program or another server has to be asked. */
        SLOW
    }

    /** What stands behind the type's name. */
    private enum Items {
        PLAIN,
        /** Regular expressions, which no quoting touches. */
        PATTERNS
    }

    /** Forms of items that several types share. */
    private static final class Form {
        private static final String ADDRESSES =
                "ADDRESS[/BITS | /MASK] | ADDRESS-ADDRESS[/MASK] | HOST | all | ipv4 | ipv6...";
        private static final String PORTS = "NUMBER | NUMBER-NUMBER...";
        private static final String PATTERNS = "[-i | +i] REGEX...";
        private static final String ACLS = "[!]ACL...";

        private Form() {}
    }

    /** Makes an acl of its lines. */
    private interface ItemsReader {
        Acl read(AclParser parser, String name, List<Line> lines);
    }

    /** The type of a name, be it its present one or an older one; empty where Squid has no such type. */
    public static Optional<AclType> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    private static Map<String, AclType> byName() {
        Map<String, AclType> byName = new HashMap<>();
        for (AclType type : values()) {
            byName.put(type.word, type);
            type.olderNames.forEach(name -> byName.put(name, type));
        }
        return Map.copyOf(byName);
    }

    /** Its present name in squid.conf. */
    public String word() {
        return word;
    }

    /** Older names for the very same type. */
    public List<String> olderNames() {
        return olderNames;
    }

    public State state() {
        return state;
    }

    public LooksAt looksAt() {
        return looksAt;
    }

    /** Whether an acl of the type never waits for DNS, a helper program or another server. Squid's fast acls. */
    public boolean isFast() {
        return speed == Speed.FAST;
    }

    /** Whether the items are regular expressions. */
    public boolean isRegex() {
        return items == Items.PATTERNS;
    }

    /** What the items look like. */
    public String syntax() {
        return syntax;
    }

    /** When an acl of the type matches, in one line. */
    public String meaning() {
        return meaning;
    }

    /** Makes the acl {@code name} of all its lines. */
    Acl read(AclParser parser, String name, List<Line> lines) {
        if (reader != null) {
            return reader.read(parser, name, lines);
        }
        return new UnsupportedAcl(
                name,
                state == State.REFUSED
                        ? "is of type " + word + ", which Loligo cannot evaluate"
                        : "is of type " + word + ", which is not yet implemented");
    }
}
