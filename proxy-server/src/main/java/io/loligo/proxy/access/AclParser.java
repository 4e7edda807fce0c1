package io.loligo.proxy.access;

import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.PortNumberAcl.Range;
import io.loligo.proxy.access.PosixRegex.Untranslatable;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes acls of their lines, by type. Squid's acl directive. */
public final class AclParser {
    /** Old names of types. */
    private static final Map<String, String> RENAMED = Map.of("myport", "localport", "myip", "localip");

    /** Types of Squid's that this version does not evaluate. */
    private static final Set<String> NOT_YET = Set.of(
            "dst",
            "srcdomain",
            "srcdom_regex",
            "urllogin",
            "time",
            "maxconn",
            "random",
            "external",
            "proxy_auth",
            "proxy_auth_regex",
            "max_user_ip",
            "ext_user",
            "ext_user_regex",
            "peername",
            "peername_regex",
            "hier_code",
            "tag",
            "note",
            "annotate_transaction",
            "annotate_client",
            "has",
            "transaction_initiator",
            "connections_encrypted",
            "user_cert",
            "ca_cert",
            "server_cert_fingerprint",
            "ssl_error",
            "ssl::server_name",
            "ssl::server_name_regex",
            "squid_error",
            "snmp_community");

    /** Types that need what a JVM, or an accelerator, does not have. */
    private static final Set<String> NEVER = Set.of(
            "arp",
            "eui64",
            "clientside_mark",
            "client_connection_mark",
            "adaptation_service",
            "at_step",
            "src_as",
            "dst_as",
            "ident",
            "ident_regex");

    private static final int STATUS_MAX = 999;

    private final HostNames hostNames;
    private final Function<String, @Nullable Acl> defined;

    /**
     * @param hostNames resolves names in src and localip
     * @param defined the acl of a name, for groups; null when there is none
     */
    public AclParser(HostNames hostNames, Function<String, @Nullable Acl> defined) {
        this.hostNames = hostNames;
        this.defined = defined;
    }

    /** Where the parser says what is wrong with a line. */
    public interface Complaints {
        void error(String message);

        void warning(String message);

        /** An item cannot be used and is left out: an error if the acl decides anything. */
        void leftOut(String message);
    }

    /**
     * One acl line.
     *
     * @param items what follows the type
     */
    public record Line(List<String> items, Complaints complaints) {}

    /** The present name of a type. */
    public static String presentName(String type) {
        return RENAMED.getOrDefault(type, type);
    }

    /** Whether Squid has such a type. */
    public static boolean isType(String type) {
        return switch (presentName(type)) {
            case "src",
                    "localip",
                    "localport",
                    "port",
                    "myportname",
                    "dstdomain",
                    "dstdom_regex",
                    "url_regex",
                    "urlpath_regex",
                    "method",
                    "proto",
                    "browser",
                    "referer_regex",
                    "req_mime_type",
                    "req_header",
                    "rep_header",
                    "rep_mime_type",
                    "http_status",
                    "any-of",
                    "all-of" -> true;
            default -> NOT_YET.contains(type) || NEVER.contains(type);
        };
    }

    /** Whether the items of {@code type} are regular expressions. */
    public static boolean isRegex(String type) {
        return type.endsWith("_regex")
                || type.equals("browser")
                || type.equals("req_header")
                || type.equals("req_mime_type")
                || type.equals("rep_header")
                || type.equals("rep_mime_type");
    }

    /** The predefined acl {@code name}, if there is one. */
    public static Optional<Acl> predefined(String name) {
        return switch (name) {
            case "all" -> Optional.of(new EveryRequestAcl(name));
            case "manager" -> Optional.of(new ManagerAcl(name));
            case "localhost" -> Optional.of(new AddressAcl(name, AddressAcl.Side.CLIENT, set("127.0.0.0/8", "::1")));
            case "to_localhost" -> Optional.of(new HostAddressAcl(name, set("127.0.0.0/8", "0.0.0.0", "::1", "::")));
            case "to_linklocal" -> Optional.of(new HostAddressAcl(name, set("169.254.0.0/16", "fe80::/10")));
            case "CONNECT" -> Optional.of(new WordAcl(name, WordAcl.Which.METHOD, List.of("CONNECT")));
            default -> Optional.empty();
        };
    }

    /** The type of a predefined acl. */
    public static Optional<String> predefinedType(String name) {
        return switch (name) {
            case "all", "localhost" -> Optional.of("src");
            case "manager" -> Optional.of("url_regex");
            case "to_localhost", "to_linklocal" -> Optional.of("dst");
            case "CONNECT" -> Optional.of("method");
            default -> Optional.empty();
        };
    }

    /** Makes the acl {@code name} of all its lines. Its type exists. */
    public Acl parse(String name, String type, List<Line> lines) {
        return switch (presentName(type)) {
            case "src" -> new AddressAcl(name, AddressAcl.Side.CLIENT, addresses(lines));
            case "localip" -> new AddressAcl(name, AddressAcl.Side.LOCAL, addresses(lines));
            case "localport" -> new PortNumberAcl(name, PortNumberAcl.Which.LOCAL, ports(lines));
            case "port" -> new PortNumberAcl(name, PortNumberAcl.Which.URL, ports(lines));
            case "myportname" -> new WordAcl(name, WordAcl.Which.PORT_NAME, words(lines));
            case "method" -> new WordAcl(name, WordAcl.Which.METHOD, words(lines));
            case "proto" -> new WordAcl(name, WordAcl.Which.SCHEME, words(lines));
            case "dstdomain" -> new DomainAcl(name, DomainSet.of(domains(lines)));
            case "dstdom_regex" -> new RegexAcl(name, RegexAcl::host, patterns(lines, true));
            case "url_regex" -> new RegexAcl(name, RegexAcl::url, patterns(lines, false));
            case "urlpath_regex" -> new RegexAcl(name, RegexAcl::urlPath, pathPatterns(lines));
            case "browser" -> new RegexAcl(name, RegexAcl.field("User-Agent"), patterns(lines, false));
            case "req_mime_type" -> new RegexAcl(name, RegexAcl.field("Content-Type"), patterns(lines, false));
            case "referer_regex" -> new RegexAcl(name, RegexAcl.field("Referer"), patterns(lines, false));
            case "req_header" ->
                onField(
                        name,
                        type,
                        lines,
                        (field, patterns) -> new RegexAcl(name, RegexAcl.field(field), patterns(patterns, false)));
            case "rep_header" ->
                onField(
                        name,
                        type,
                        lines,
                        (field, patterns) -> new ReplyFieldAcl(name, field, patterns(patterns, false)));
            case "rep_mime_type" -> new ReplyFieldAcl(name, "Content-Type", patterns(lines, false));
            case "http_status" -> new HttpStatusAcl(name, statuses(lines));
            case "any-of" -> group(name, lines, false);
            case "all-of" -> group(name, lines, true);
            default ->
                new UnsupportedAcl(
                        name,
                        NEVER.contains(type)
                                ? "is of type " + type + ", which Loligo cannot evaluate"
                                : "is of type " + type + ", which is not yet implemented");
        };
    }

    /** Whether {@code acl}, or one of a group, asks whether a request is for the manager. */
    public static boolean isAboutManager(Acl acl) {
        return acl instanceof ManagerAcl
                || (acl instanceof WordAcl words
                        && words.which() == WordAcl.Which.SCHEME
                        && words.names("cache_object"))
                || (acl instanceof RegexAcl regex
                        && regex.patterns().stream()
                                .anyMatch(pattern -> pattern.source().contains("squid-internal-mgr")))
                || (acl instanceof GroupAcl group && group.members().stream().anyMatch(AclParser::isAboutManager));
    }

    /** Whether {@code acl} is of type method and names {@code method}. */
    public static boolean namesMethod(Acl acl, String method) {
        return acl instanceof WordAcl words && words.which() == WordAcl.Which.METHOD && words.names(method);
    }

    /** The first acl in {@code acl}, itself or a member of its groups, that cannot be evaluated. */
    public static Optional<UnsupportedAcl> unsupported(Acl acl) {
        if (acl instanceof UnsupportedAcl unsupported) {
            return Optional.of(unsupported);
        }
        return acl instanceof GroupAcl group
                ? group.members().stream()
                        .flatMap(member -> unsupported(member).stream())
                        .findFirst()
                : Optional.empty();
    }

    /** Whether {@code acl}, or one of a group, looks at a field of the answer other than its type. */
    public static boolean looksAtReplyBeyondType(Acl acl) {
        return (acl instanceof ReplyFieldAcl reply && !reply.field().equalsIgnoreCase("Content-Type"))
                || (acl instanceof GroupAcl group
                        && group.members().stream().anyMatch(AclParser::looksAtReplyBeyondType));
    }

    /** The names of {@code acl} and of all members of its groups. */
    public static List<String> names(Acl acl) {
        List<String> names = new ArrayList<>(List.of(acl.name()));
        if (acl instanceof GroupAcl group) {
            group.members().forEach(member -> names.addAll(names(member)));
        }
        return names;
    }

    /** Matches what either matches; named as {@code first}. */
    public static Acl either(Acl first, Acl second) {
        return new GroupAcl(first.name(), List.of(List.of(new Term(false, first)), List.of(new Term(false, second))));
    }

    private static AddressSet set(String... items) {
        AddressSet.Builder builder = AddressSet.builder();
        for (String item : items) {
            if (!builder.add(item)) {
                throw new IllegalArgumentException(item);
            }
        }
        return builder.build();
    }

    private AddressSet addresses(List<Line> lines) {
        AddressSet.Builder builder = AddressSet.builder();
        for (Line line : lines) {
            for (String item : line.items) {
                if (item.startsWith("-")) {
                    line.complaints.error("there is no option " + item);
                } else if (!builder.add(item)) {
                    resolve(item, builder, line.complaints);
                } else if (item.startsWith("0.0.0.0") || item.equals("0/0")) {
                    line.complaints.warning(item + " is read as all; write all");
                }
            }
        }
        return builder.build();
    }

    private void resolve(String name, AddressSet.Builder builder, Complaints complaints) {
        if (!name.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_'))
                || name.chars().noneMatch(Character::isLetter)) {
            complaints.error("not an address, range or host name: " + name);
            return;
        }
        List<InetAddress> addresses = hostNames.addresses(name);
        if (addresses.isEmpty()) {
            complaints.error("the host name " + name + " does not resolve");
        }
        addresses.forEach(builder::add);
    }

    private static List<Range> ports(List<Line> lines) {
        List<Range> ranges = new ArrayList<>();
        for (Line line : lines) {
            for (String item : line.items) {
                Range range = range(item);
                if (range == null) {
                    line.complaints.error("not a port or a range of ports: " + item);
                } else {
                    ranges.add(range);
                }
            }
        }
        return List.copyOf(ranges);
    }

    /** Whether {@code item} is a port or a range of ports, as localport takes them. */
    public static boolean isPorts(String item) {
        return range(item) != null;
    }

    /** Whether {@code port} is in the range {@code item}. */
    public static boolean isPortIn(int port, String item) {
        Range range = range(item);
        return range != null && range.first() <= port && port <= range.last();
    }

    private static @Nullable Range range(String item) {
        int dash = item.indexOf('-');
        int first = port(dash < 0 ? item : item.substring(0, dash));
        int last = dash < 0 ? first : port(item.substring(dash + 1));
        return first < 0 || last < first ? null : new Range(first, last);
    }

    /** A port's number; negative if it is none. */
    private static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> '0' <= c && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= 65_535 ? port : -1;
    }

    private static List<String> words(List<Line> lines) {
        return lines.stream().flatMap(line -> line.items.stream()).toList();
    }

    private static List<String> domains(List<Line> lines) {
        List<String> domains = new ArrayList<>();
        for (Line line : lines) {
            for (String item : line.items) {
                if (item.equals("-n")) {
                    continue;
                }
                if (item.contains("/") || item.contains("*")) {
                    line.complaints.warning(item + " is compared letter by letter and will not match a host;"
                            + " .name stands for name and all names below it");
                }
                domains.add(item);
            }
        }
        return domains;
    }

    private static List<PosixRegex> pathPatterns(List<Line> lines) {
        for (Line line : lines) {
            for (String item : line.items) {
                if (endsAtPath(item)) {
                    line.complaints.warning("urlpath_regex sees the query too, so " + item
                            + " does not match a URL with ?...; allow for it, as in (\\?|$)");
                }
            }
        }
        return patterns(lines, false);
    }

    /** Whether a pattern insists on an end without a thought for a query. */
    private static boolean endsAtPath(String pattern) {
        int end = pattern.indexOf('$');
        return end > 0
                && pattern.charAt(end - 1) != '\\'
                && !pattern.startsWith("^/$")
                && !pattern.contains("\\?")
                && !pattern.contains("[?")
                && !pattern.contains(".*$");
    }

    private static List<PosixRegex> patterns(List<Line> lines, boolean noLookup) {
        List<PosixRegex> patterns = new ArrayList<>();
        for (Line line : lines) {
            boolean ignoreCase = false;
            for (String item : line.items) {
                switch (item) {
                    case "-i" -> ignoreCase = true;
                    case "+i" -> ignoreCase = false;
                    default -> {
                        if (!(noLookup && item.equals("-n"))) {
                            pattern(item, ignoreCase, line.complaints).ifPresent(patterns::add);
                        }
                    }
                }
            }
        }
        return List.copyOf(patterns);
    }

    private static Optional<PosixRegex> pattern(String source, boolean ignoreCase, Complaints complaints) {
        try {
            return Optional.of(PosixRegex.compile(source, ignoreCase));
        } catch (Untranslatable e) {
            complaints.leftOut("cannot use the pattern " + source + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** {@code 200 301 400-403 500-}. */
    private static List<HttpStatusAcl.Range> statuses(List<Line> lines) {
        List<HttpStatusAcl.Range> ranges = new ArrayList<>();
        for (Line line : lines) {
            for (String item : line.items) {
                int dash = item.indexOf('-');
                int first = status(dash < 0 ? item : item.substring(0, dash));
                String end = item.substring(dash + 1);
                int last = dash < 0 ? first : end.isEmpty() ? STATUS_MAX : status(end);
                if (first < 0 || last < first) {
                    line.complaints.error("not a status code or a range of them, as in 200 301 400-403 500-: " + item);
                } else {
                    ranges.add(new HttpStatusAcl.Range(first, last));
                }
            }
        }
        return List.copyOf(ranges);
    }

    /** A status code; negative if it is none. */
    private static int status(String text) {
        boolean number = text.length() == 3 && text.chars().allMatch(c -> '0' <= c && c <= '9');
        return number ? Integer.parseInt(text) : -1;
    }

    /** req_header or rep_header NAME patterns: every line names the field, and all must name the same. */
    private static Acl onField(
            String name, String type, List<Line> lines, BiFunction<String, List<Line>, Acl> onPatterns) {
        String field = null;
        List<Line> patternLines = new ArrayList<>();
        for (Line line : lines) {
            if (line.items.isEmpty()) {
                line.complaints.error(type + " needs the name of a field");
                continue;
            }
            if (field == null) {
                field = line.items.get(0);
            } else if (!field.equalsIgnoreCase(line.items.get(0))) {
                line.complaints.error("the acl is about the field " + field + " already");
                continue;
            }
            patternLines.add(new Line(line.items.subList(1, line.items.size()), line.complaints));
        }
        return field == null ? new UnsupportedAcl(name, "names no field") : onPatterns.apply(field, patternLines);
    }

    private Acl group(String name, List<Line> lines, boolean all) {
        List<List<Term>> groups = new ArrayList<>();
        for (Line line : lines) {
            List<Term> terms = new ArrayList<>();
            boolean whole = true;
            for (String item : line.items) {
                boolean negated = item.startsWith("!");
                Acl member = defined.apply(negated ? item.substring(1) : item);
                if (member == null) {
                    line.complaints.error("there is no acl " + (negated ? item.substring(1) : item) + " above");
                    whole = false;
                } else {
                    terms.add(new Term(negated, member));
                }
            }
            if (!all) {
                terms.forEach(term -> groups.add(List.of(term)));
            } else if (whole && !terms.isEmpty()) {
                groups.add(List.copyOf(terms));
            }
        }
        return new GroupAcl(name, List.copyOf(groups));
    }
}
