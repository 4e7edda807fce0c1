package io.loligo.proxy.config;

import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.config.HeaderRules.Access;
import io.loligo.proxy.config.HeaderRules.Added;
import io.loligo.proxy.config.Problem.Kind;
import io.loligo.proxy.http1.FramingNames;
import io.loligo.proxy.http1.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines that rule over the fields of requests to origins and of answers to clients: request_header_access,
 * reply_header_access, header_access, request_header_replace, reply_header_replace, request_header_add, reply_header_add.
 */
final class HeaderRuleLines {
    /** Fields that may have rules of their own, in each direction. */
    static final int NAMES_MAX = 256;
    /** Lines that add fields, in each direction. */
    static final int ADDED_MAX = 64;

    private static final String ALL = "All";
    private static final String OTHER = "Other";
    private static final String HOST = "host";

    private final AclTable acls;
    private final RuleLists lists;
    private final Problems problems;
    private final Direction requests = new Direction("request_header_access", true);
    private final Direction replies = new Direction("reply_header_access", false);

    HeaderRuleLines(AclTable acls, RuleLists lists, Problems problems) {
        this.acls = acls;
        this.lists = lists;
        this.problems = problems;
    }

    /** What the lines of one direction say so far. */
    private static final class Direction {
        private final String directive;
        private final boolean ofRequests;
        /** By the names of their lists, of fields in lower case: the first line of each. */
        private final Map<String, Directive> access = new LinkedHashMap<>();

        private final Map<String, Replacement> replacements = new LinkedHashMap<>();
        private final List<Added> added = new ArrayList<>();

        private Direction(String directive, boolean ofRequests) {
            this.directive = directive;
            this.ofRequests = ofRequests;
        }

        /** Names the list of a field's rules. */
        private String list(String key) {
            return directive + " " + key;
        }
    }

    private record Replacement(Directive line, String value) {}

    private static boolean isOfRequests(Directive line) {
        return line.name().startsWith("request_") || line.name().equals("header_replace");
    }

    /** Takes a line of request_header_access, reply_header_access or header_access, which is both. */
    void access(int index, Directive line) {
        if (line.name().equals("header_access")) {
            problems.warning(
                    Kind.TRANSLATED,
                    line.where(),
                    "header_access is request_header_access and reply_header_access today");
            access(index, line, List.of(requests, replies));
        } else {
            access(index, line, List.of(isOfRequests(line) ? requests : replies));
        }
    }

    private void access(int index, Directive line, List<Direction> directions) {
        List<String> words = line.texts();
        String name = words.isEmpty() ? "" : words.get(0);
        if (!isName(line, name, " allow|deny [!]ACL..., for example: " + line.name() + " X-Powered-By deny all")) {
            return;
        }
        if (words.size() == 1) {
            problems.value(line.where(), line.name() + " " + name + " needs allow or deny, and acls");
            return;
        }
        Rule rule = acls.rule(line, index, words.subList(1, words.size())).orElse(null);
        if (rule == null) {
            return;
        }
        if (isFraming(name)) {
            problems.notice(
                    Kind.IGNORED,
                    line.where(),
                    line.name() + " " + name + " has no effect: " + name
                            + " belongs to a connection or to a message's length, and is written for each anew");
            return;
        }
        for (Direction direction : directions) {
            String key = key(name);
            direction.access.putIfAbsent(key, line);
            lists.add(direction.list(key), line, rule);
        }
    }

    /** Takes a line of request_header_replace, its older name header_replace, or reply_header_replace. */
    void replace(Directive line) {
        Direction direction = isOfRequests(line) ? requests : replies;
        String rest = line.rest();
        int end = wordEnd(rest, 0);
        String name = rest.substring(0, end);
        List<Word> words = line.words();
        String value = words.size() > 1 && words.get(1).kind() == Word.Kind.STRING
                ? words.get(1).text()
                : rest.substring(end).strip();
        String use = " VALUE, for example: " + line.name() + " User-Agent Mozilla/5.0 (compatible)";
        if (!isName(line, name, use)) {
            return;
        }
        if (value.isEmpty()) {
            problems.value(line.where(), line.name() + " needs a value: " + line.name() + use);
            return;
        }
        String octets = octets(line, value);
        if (octets != null) {
            direction.replacements.put(key(name), new Replacement(line, octets));
        }
    }

    /** Takes a line of request_header_add or reply_header_add. */
    void add(int index, Directive line) {
        Direction direction = isOfRequests(line) ? requests : replies;
        String rest = line.rest();
        int end = wordEnd(rest, 0);
        String name = rest.substring(0, end);
        String use = " VALUE [acls], for example: " + line.name() + " X-Client \"%>a\" all";
        if (!isName(line, name, use)) {
            return;
        }
        if (isFraming(name) || FramingNames.isShadow(name)) {
            problems.value(
                    line.where(),
                    line.name() + ": " + name
                            + " cannot be added, as this server writes what belongs to connections and lengths itself");
            return;
        }
        if (direction.added.size() >= ADDED_MAX) {
            problems.value(line.where(), line.name() + " stands on more than " + ADDED_MAX + " lines");
            return;
        }
        int at = blanksEnd(rest, end);
        if (at == rest.length()) {
            problems.value(line.where(), line.name() + " needs a value: " + line.name() + use);
            return;
        }
        Quoted quoted = Quoted.at(rest, at);
        if (quoted == null) {
            problems.value(line.where(), line.name() + ": a quote does not close: " + rest.substring(at));
            return;
        }
        String octets = octets(line, quoted.text());
        Optional<LogFormat.Custom> value = octets == null
                ? Optional.empty()
                : quoted.isQuoted()
                        ? LogFormatLine.value(line, octets, problems)
                        : Optional.of(new LogFormat.Custom(name, List.of(new LogFormat.Text(octets))));
        AccessList list = acls(index, line, rest.substring(quoted.end())).orElse(null);
        if (value.isPresent() && list != null) {
            direction.added.add(new Added(name, value.get(), list, line.where() + " " + line.text()));
        }
    }

    private Optional<AccessList> acls(int index, Directive line, String words) {
        List<String> names = Words.split(words, false, complaint -> {}).stream()
                .map(Word::text)
                .toList();
        if (names.isEmpty()) {
            return Optional.of(AccessList.empty(line.name(), true));
        }
        return acls.terms(line, index, names)
                .map(terms -> new AccessList(line.name(), List.of(rule(line, terms)), true));
    }

    private static Rule rule(Directive line, List<Term> terms) {
        return new Rule(true, terms, line.where() + " " + line.text());
    }

    HeaderRules requests() {
        return rules(requests);
    }

    HeaderRules replies() {
        return rules(replies);
    }

    private HeaderRules rules(Direction direction) {
        Map<String, Access> named = new HashMap<>();
        direction.access.forEach((key, line) -> {
            Replacement replacement = direction.replacements.get(key);
            AccessList list = lists.allowing(direction.list(key));
            named.put(
                    key,
                    new Access(
                            new AccessList(direction.directive, list.rules(), true),
                            replacement == null ? null : replacement.value()));
            if (direction.ofRequests && key.equals(HOST) && replacement == null) {
                problems.warning(
                        Kind.DOUBTFUL,
                        line.where(),
                        "request_header_access Host cannot take Host away, as every request of HTTP/1.1 has one;"
                                + " request_header_replace Host can change it");
            }
        });
        direction.replacements.forEach((key, replacement) -> unused(direction, key, replacement, named));
        if (named.size() > NAMES_MAX) {
            problems.value(
                    direction.access.values().iterator().next().where(),
                    direction.directive + " names more than " + NAMES_MAX + " fields");
        }
        Access other = named.remove(OTHER);
        Access all = named.remove(ALL);
        return new HeaderRules(named, other, all, direction.added);
    }

    /** As in Squid, a field that Squid does not know goes on by no rule but its own once a replacement names it. */
    private void unused(Direction direction, String key, Replacement replacement, Map<String, Access> named) {
        if (named.containsKey(key)) {
            return;
        }
        problems.warning(
                Kind.DOUBTFUL,
                replacement.line().where(),
                replacement.line().name() + " has no effect on " + key + ": no " + direction.directive + " " + key
                        + " line denies it");
        if (!key.equals(ALL) && !key.equals(OTHER) && !SquidFieldNames.contains(key)) {
            named.put(key, new Access(AccessList.empty(direction.directive, true), null));
        }
    }

    private boolean isName(Directive line, String name, String use) {
        if (name.isEmpty()) {
            problems.value(line.where(), line.name() + " needs a field's name: " + line.name() + " NAME" + use);
            return false;
        }
        if (!Fields.isName(name)) {
            problems.value(
                    line.where(),
                    line.name() + ": " + name + " is no name of a field, which has no colon and no blank; "
                            + line.name() + " NAME" + use);
            return false;
        }
        boolean meantForAll = (name.equalsIgnoreCase(ALL) && !name.equals(ALL))
                || (name.equalsIgnoreCase(OTHER) && !name.equals(OTHER));
        if (meantForAll) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    line.name() + " " + name + " is about a field that is called so; for many fields write " + ALL
                            + " or " + OTHER + ", with a capital");
        }
        return true;
    }

    /** What a rule is found by. */
    private static String key(String name) {
        return name.equals(ALL) || name.equals(OTHER) ? name : name.toLowerCase(Locale.ROOT);
    }

    private static boolean isFraming(String name) {
        return FieldRule.is(name, FieldRule.Use.HOP_BY_HOP)
                || name.equalsIgnoreCase("Content-Length")
                || name.equalsIgnoreCase("Expect");
    }

    /** {@code text} with one character for each octet that is sent, or null where one cannot stand in a field. */
    private @Nullable String octets(Directive line, String text) {
        String octets = text.chars().allMatch(c -> c < 0x80)
                ? text
                : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        if (octets.chars().allMatch(Octets::isFieldContent)) {
            return octets;
        }
        problems.value(
                line.where(),
                line.name() + ": a field's value cannot hold a line's end or another control character: " + text);
        return null;
    }

    private static int wordEnd(String text, int from) {
        int end = from;
        while (end < text.length() && !Words.isBlank(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int blanksEnd(String text, int from) {
        int end = from;
        while (end < text.length() && Words.isBlank(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /**
     * A word that may stand between quotes of either kind, whatever the dialect.
     *
     * @param text without the quotes, and without the backslashes between them
     * @param end behind it
     */
    private record Quoted(String text, boolean isQuoted, int end) {

        /** The word at {@code from}; null where its quote does not close. */
        static @Nullable Quoted at(String line, int from) {
            char quote = line.charAt(from);
            if (quote != '"' && quote != '\'') {
                int end = wordEnd(line, from);
                return new Quoted(line.substring(from, end), false, end);
            }
            StringBuilder text = new StringBuilder();
            for (int i = from + 1; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c == quote) {
                    return new Quoted(text.toString(), true, i + 1);
                }
                if (c == '\\' && i + 1 < line.length()) {
                    c = Words.escaped(line.charAt(++i));
                }
                text.append(c);
            }
            return null;
        }
    }
}
