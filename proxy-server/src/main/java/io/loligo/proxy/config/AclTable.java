package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.Acl;
import io.loligo.proxy.access.AclParser;
import io.loligo.proxy.access.AclType;
import io.loligo.proxy.access.EveryRequestAcl;
import io.loligo.proxy.access.HostNames;
import io.loligo.proxy.access.PredefinedAcl;
import io.loligo.proxy.access.UnsupportedAcl;
import io.loligo.proxy.config.Problem.Kind;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The acls of a configuration by name. All lines of a name make one acl, also those below its first use; what rules
 * refer to must have begun above them.
 */
final class AclTable {
    /** The directives whose lists are asked once there is an answer. */
    private static final Set<String> WITH_REPLY = Set.of(
            "send_hit",
            "store_miss",
            "send_stored_set_cookie",
            "reply_header_access",
            "reply_header_add",
            "header_access");

    private final LoadOptions options;
    private final Problems problems;
    private final Map<String, Definition> definitions = new LinkedHashMap<>();
    private final Map<String, Acl> acls = new HashMap<>();
    /** Names that a rule uses, members of groups included. */
    private final Set<String> used = new HashSet<>();

    private AclTable(LoadOptions options, Problems problems) {
        this.options = options;
        this.problems = problems;
    }

    /**
     * The lines of one name.
     *
     * @param type the type's present name, or what stands in its place where there is no such type
     * @param first where the name begins, as an index into the directives
     */
    private record Definition(String type, int first, List<Directive> lines, List<LeftOut> leftOut) {}

    /** An item that could not be used. Whether that is an error depends on whether a rule uses the acl. */
    private record LeftOut(SourceLocation where, String message) {}

    static AclTable of(List<Directive> directives, LoadOptions options, HostNames hostNames, Problems problems) {
        AclTable table = new AclTable(options, problems);
        for (int i = 0; i < directives.size(); i++) {
            if (directives.get(i).name().equals("acl")) {
                table.collect(directives.get(i), i);
            }
        }
        table.build(hostNames);
        return table;
    }

    private void collect(Directive line, int index) {
        List<String> words = line.texts();
        if (words.size() < 2) {
            problems.value(line.where(), "acl needs a name, a type and items: acl NAME TYPE ITEM...");
            return;
        }
        String name = words.get(0);
        String type = words.get(1);
        AclType known = AclType.find(type).orElse(null);
        if (known == null) {
            problems.value(line.where(), "there is no acl type " + type);
            definitions.putIfAbsent(name, new Definition(type, index, new ArrayList<>(), new ArrayList<>()));
            return;
        }
        String present = known.word();
        if (!present.equals(type)) {
            problems.notice(Kind.TRANSLATED, line.where(), "acl type " + type + " is " + present + " today");
        }
        Optional<PredefinedAcl> predefined = PredefinedAcl.find(name);
        if (predefined.isPresent() && redefines(line, name, known, predefined.get())) {
            return;
        }
        Definition definition = definitions.computeIfAbsent(
                name, n -> new Definition(present, index, new ArrayList<>(), new ArrayList<>()));
        if (!definition.type.equals(present)) {
            problems.value(
                    line.where(),
                    "acl " + name + " is of type " + definition.type + " already, so it cannot be " + type);
            return;
        }
        definition.lines.add(line);
    }

    /** A predefined name: says so, and returns whether the predefined meaning stands without this line. */
    private boolean redefines(Directive line, String name, AclType type, PredefinedAcl predefined) {
        if (predefined == PredefinedAcl.ALL) {
            problems.warning(Kind.IGNORED, line.where(), "acl all is predefined and always matches");
            return true;
        }
        if (predefined == PredefinedAcl.MANAGER) {
            problems.notice(
                    Kind.IGNORED,
                    line.where(),
                    "acl manager is predefined; it knows cache_object and /squid-internal-mgr/");
            return true;
        }
        if (type == AclType.DST) {
            problems.notice(Kind.IGNORED, line.where(), "acl " + name + " is predefined");
            return true;
        }
        if (predefined.type() != type) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    "acl " + name + " is predefined with type "
                            + predefined.type().word() + "; this definition replaces it");
        }
        return false;
    }

    private void build(HostNames hostNames) {
        AclParser parser = new AclParser(hostNames, acls::get);
        for (PredefinedAcl predefined : PredefinedAcl.values()) {
            acls.put(predefined.acl().name(), predefined.acl());
        }
        definitions.forEach((name, definition) -> {
            AclType type = AclType.find(definition.type).orElse(null);
            if (type == null) {
                acls.put(name, new UnsupportedAcl(name, "has no type that is known"));
                return;
            }
            List<AclParser.Line> lines = new ArrayList<>();
            definition.lines.forEach(
                    line -> lines.add(new AclParser.Line(items(line, definition), complaints(line, definition))));
            Acl acl = parser.parse(name, type, lines);
            PredefinedAcl before = PredefinedAcl.find(name).orElse(null);
            acls.put(
                    name, before != null && before.type() == type ? before.acl().or(acl) : acl);
        });
    }

    /** What follows the type, list files read. */
    private List<String> items(Directive line, Definition definition) {
        List<String> items = new ArrayList<>();
        for (Word word : line.words().subList(2, line.words().size())) {
            if (word.namesFile()) {
                items.addAll(listFile(line, word.text(), definition));
            } else if (word.kind() == Word.Kind.STRING
                    && AclType.find(definition.type).filter(AclType::isRegex).isPresent()) {
                problems.value(
                        line.where(),
                        "a regular expression cannot be quoted with configuration_includes_quoted_values on");
            } else {
                items.add(word.text());
            }
        }
        if (items.isEmpty() && line.words().size() == 2) {
            problems.warning(Kind.DOUBTFUL, line.where(), "the acl has no items, so this line matches nothing");
        }
        return items;
    }

    private List<String> listFile(Directive line, String name, Definition definition) {
        try {
            return ConfigReader.listFile(ConfigReader.resolve(name, line.where(), options));
        } catch (IOException e) {
            definition.leftOut.add(
                    new LeftOut(line.where(), "cannot read the list " + name + ": " + ConfigReader.reason(e)));
        } catch (InvalidPathException e) {
            definition.leftOut.add(new LeftOut(line.where(), "not a file name: " + name));
        }
        return List.of();
    }

    private AclParser.Complaints complaints(Directive line, Definition definition) {
        return new AclParser.Complaints() {
            @Override
            public void error(String message) {
                problems.value(line.where(), message);
            }

            @Override
            public void warning(String message) {
                problems.warning(Kind.DOUBTFUL, line.where(), message);
            }

            @Override
            public void leftOut(String message) {
                definition.leftOut.add(new LeftOut(line.where(), message));
            }
        };
    }

    /** Every acl that the file defines, and the predefined ones. */
    Iterable<Acl> all() {
        return acls.values();
    }

    boolean has(String name) {
        return acls.containsKey(name);
    }

    /**
     * Reads {@code allow|deny [!]acl...}.
     *
     * @param line where it stands
     * @param index of that line among the directives
     * @param words beginning with allow or deny
     */
    Optional<Rule> rule(Directive line, int index, List<String> words) {
        if (words.isEmpty() || !(words.get(0).equals("allow") || words.get(0).equals("deny"))) {
            problems.value(
                    line.where(),
                    line.name() + " needs allow or deny" + (words.isEmpty() ? "" : ", not " + words.get(0)));
            return Optional.empty();
        }
        if (words.size() == 1) {
            problems.value(line.where(), line.name() + " " + words.get(0) + " names no acl; for everyone write all");
            return Optional.empty();
        }
        return terms(line, index, words.subList(1, words.size()))
                .map(terms -> new Rule(words.get(0).equals("allow"), terms, line.where() + " " + line.text()));
    }

    /** Reads {@code [!]acl...}; empty when one of them cannot be had, which is said. */
    Optional<List<Term>> terms(Directive line, int index, List<String> words) {
        List<Term> terms = new ArrayList<>();
        boolean whole = true;
        for (String word : words) {
            boolean negated = word.startsWith("!");
            String name = negated ? word.substring(1) : word;
            Acl acl = find(line, index, name);
            if (acl == null) {
                whole = false;
            } else {
                terms.add(new Term(negated, acl));
            }
        }
        return whole ? Optional.of(List.copyOf(terms)) : Optional.empty();
    }

    private @Nullable Acl find(Directive line, int index, String name) {
        Acl acl = acls.get(name);
        if (acl == null) {
            problems.value(line.where(), "there is no acl " + name);
            return null;
        }
        Definition definition = definitions.get(name);
        if (definition != null
                && definition.first > index
                && PredefinedAcl.find(name).isEmpty()) {
            problems.value(
                    line.where(),
                    "acl " + name + " is defined below, at "
                            + definition.lines.stream()
                                    .findFirst()
                                    .map(first -> first.where().toString())
                                    .orElse("its line")
                            + "; it must stand above its use");
            return null;
        }
        use(acl);
        known(line, name, acl);
        acl.unsupported()
                .ifPresent(unsupported -> problems.error(
                        Kind.NOT_YET,
                        line.where(),
                        line.name() + " rests on acl " + unsupported.name() + ", which " + unsupported.why()
                                + "; without it the rule would mean something else"));
        return acl;
    }

    private void use(Acl acl) {
        used.add(acl.name());
        acl.members().forEach(this::use);
    }

    /** An acl on what is not known where it is asked would match nothing, and the rule would not do what it says. */
    private void known(Directive line, String name, Acl acl) {
        if (line.name().equals("proxy_protocol_access") && !acl.looksAtConnectionOnly()) {
            problems.value(
                    line.where(),
                    "acl " + name
                            + " looks at the request, and proxy_protocol_access is asked before there is one, so the"
                            + " rule would not do what it says; use src, localip, localport or myportname");
            return;
        }
        if (line.name().endsWith("access_log") || line.name().equals("stats_collection")) {
            if (acl.looksAtReplyBeyondType()) {
                problems.error(
                        Kind.NOT_YET,
                        line.where(),
                        "acl " + name + " looks at a field of the answer; " + line.name()
                                + " knows only its status and type so far (http_status, rep_mime_type)");
            }
        } else if (acl.looksAtReply() && !WITH_REPLY.contains(line.name())) {
            problems.value(
                    line.where(),
                    "acl " + name + " looks at the answer, and " + line.name()
                            + " is asked before there is one, so the rule would not do what it says");
        }
    }

    /** Says what was left out of acls, now that it is known which are used, and which name ports that are none. */
    void finish(List<PortConfig> ports) {
        definitions.forEach((name, definition) -> {
            if (definition.type.equals(AclType.LOCALPORT.word())) {
                definition.lines.forEach(line -> localPorts(line, ports));
            }
        });
        definitions.forEach((name, definition) -> {
            for (LeftOut item : definition.leftOut) {
                if (used.contains(name)) {
                    problems.value(item.where, item.message + "; a rule rests on acl " + name);
                } else {
                    problems.warning(Kind.VALUE, item.where, item.message);
                }
            }
        });
    }

    /** A rule on a port that nobody can connect to is a rule that was meant for another one. */
    private void localPorts(Directive line, List<PortConfig> ports) {
        for (String item : line.texts().subList(2, line.texts().size())) {
            boolean names = ports.stream().anyMatch(port -> AclParser.isPortIn(port.port(), item));
            if (!names && AclParser.isPorts(item)) {
                problems.warning(
                        Kind.DOUBTFUL,
                        line.where(),
                        "acl " + line.texts().get(0) + ": there is no http_port " + item + ", so this never matches");
            }
        }
    }

    /** Whether a rule always matches. */
    static boolean isForEveryone(Rule rule) {
        return rule.terms().stream().allMatch(term -> !term.negated() && term.acl() instanceof EveryRequestAcl);
    }

    /** Whether a rule names an acl about the manager. */
    static boolean namesManager(Rule rule) {
        return rule.terms().stream().anyMatch(term -> term.acl().isAboutManager());
    }

    /** The predefined acls of a made-up list. */
    static List<Term> managerFromHere() {
        return List.of(new Term(false, PredefinedAcl.MANAGER.acl()), new Term(false, PredefinedAcl.LOCALHOST.acl()));
    }
}
