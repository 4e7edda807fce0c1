package io.loligo.proxy.config;

import io.loligo.proxy.access.AclType;
import io.loligo.proxy.access.PredefinedAcl;
import io.loligo.proxy.config.DirectiveTable.Compatibility;
import io.loligo.proxy.config.DirectiveTable.Origin;
import io.loligo.proxy.config.DirectiveTable.Row;
import io.loligo.proxy.config.DirectiveTable.State;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The reference of squid.conf as Markdown, made of the rows that the parser reads: {@link DirectiveTable}, {@link AclType}
 * and {@link PredefinedAcl}. The manual holds this text, and a test compares the two.
 */
public final class DirectiveReference {
    private static final Comparator<Row> BY_NAME = Comparator.comparing(Row::name);

    private final StringBuilder text = new StringBuilder();

    private DirectiveReference() {}

    /** The whole reference: the same text at every call, lines ended by {@code \n}, no line at its end but the last. */
    public static String markdown() {
        DirectiveReference reference = new DirectiveReference();
        reference.head();
        reference.directives();
        reference.aclTypes();
        reference.predefinedAcls();
        return reference.text.toString();
    }

    private void head() {
        line("# Reference of squid.conf");
        line("");
        line(
                "A directive stands on a line of its own: its name, then its value. Names are in lower case. A value that is"
                        + " a list of allow and deny lines is decided by the first line whose acls all match.");
        line("");
        line("| value | what to write |");
        line("|---|---|");
        cells("`SIZE`", "a number and a unit: `bytes`, `KB`, `MB` or `GB`, as in `64 MB`");
        cells(
                "`TIME`",
                "a number and a unit: `seconds`, `minutes`, `hours`, `days`, `weeks`, `months` or `years`, as in"
                        + " `2 minutes`");
        cells("`on|off`", "one of the two words");
        cells("`NUMBER`", "a whole number");
        cells("`allow|deny [!]ACL...`", "the line matches when all its acls match; `!` turns an acl round");
    }

    private void directives() {
        section(
                "Directives that work",
                "",
                row -> row.state() == State.DONE && row.compatibility() != Compatibility.TRANSLATED);
        section(
                "Old directives that are translated",
                "Each works as the directive that took its place, and `check` names that one.",
                row -> row.state() == State.DONE && row.compatibility() == Compatibility.TRANSLATED);
        section(
                "Directives that do not work yet",
                "Where the last column says so, a file with such a line is refused, because leaving the line out would"
                        + " change who gets what. Other lines are warned of and have no effect.",
                row -> row.state() == State.LATER);
        section(
                "Directives without effect",
                "Files may hold them. There is nothing that they could change here.",
                row -> row.compatibility() == Compatibility.ACCEPTED);
        section(
                "Directives that are refused",
                "A file with such a line is refused, because what it asks for cannot be done.",
                row -> row.compatibility() == Compatibility.REJECTED);
    }

    private void section(String title, String introduction, Predicate<Row> rows) {
        title(title, introduction);
        line("| directive | value | default | meaning |");
        line("|---|---|---|---|");
        DirectiveTable.rows().stream()
                .filter(rows)
                .sorted(BY_NAME)
                .forEach(
                        row -> cells(names(row), code(row.form()), defaultValue(row), row.meaning() + "." + note(row)));
    }

    private static String names(Row row) {
        String name = code(row.name()) + (row.origin() == Origin.LOLIGO ? " (Loligo's own)" : "");
        return row.aliases().isEmpty() ? name : name + ", older: " + codes(row.aliases());
    }

    private static String defaultValue(Row row) {
        return row.defaultValue().equals("none") ? "none" : code(row.defaultValue());
    }

    private static String note(Row row) {
        String refused = row.state() == State.LATER && row.restricts() ? " **Refused.**" : "";
        if (row.note().isEmpty()) {
            return refused;
        }
        return refused + " " + Character.toUpperCase(row.note().charAt(0))
                + row.note().substring(1) + ".";
    }

    private void aclTypes() {
        title(
                "acl types",
                "`acl NAME TYPE ITEM...` names a condition. It matches when one of its items does, over all lines of its"
                        + " name. A slow type has to ask DNS, a helper program or another server.");
        line("| type | items | matches | state |");
        line("|---|---|---|---|");
        Stream.of(AclType.values())
                .sorted(Comparator.comparing(AclType::state).thenComparing(AclType::word))
                .forEach(type -> cells(typeNames(type), code(type.syntax()), type.meaning() + ".", state(type)));
    }

    private static String typeNames(AclType type) {
        return type.olderNames().isEmpty()
                ? code(type.word())
                : code(type.word()) + ", older: " + codes(type.olderNames());
    }

    private static String state(AclType type) {
        String state = switch (type.state()) {
            case WORKS -> "works";
            case NOT_YET -> "not yet: a rule on it is refused";
            case REFUSED -> "cannot be evaluated: a rule on it is refused";
        };
        String asked = switch (type.looksAt()) {
            case REPLY ->
                "; only where there is an answer: `send_hit`, `store_miss`, `send_stored_set_cookie`,"
                        + " `access_log`";
            case CONNECTION, REQUEST, ITS_MEMBERS, NOTHING -> "";
        };
        return state + asked + (type.isFast() ? "" : "; slow");
    }

    private void predefinedAcls() {
        title("acls that exist without a line", "");
        line("| acl | type | matches |");
        line("|---|---|---|");
        for (PredefinedAcl predefined : PredefinedAcl.values()) {
            cells(code(predefined.acl().name()), code(predefined.type().word()), predefined.meaning() + ".");
        }
    }

    private void title(String title, String introduction) {
        line("");
        line("## " + title);
        line("");
        if (!introduction.isEmpty()) {
            line(introduction);
            line("");
        }
    }

    private static String codes(List<String> words) {
        return String.join(", ", words.stream().map(DirectiveReference::code).toList());
    }

    private static String code(String written) {
        return written.isEmpty() ? "" : "`" + written + "`";
    }

    /** A row of a table. A bar within a cell would end it, in code too. */
    private void cells(String... cells) {
        text.append('|');
        for (String cell : cells) {
            text.append(' ').append(cell.replace("|", "\\|")).append(" |");
        }
        text.append('\n');
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
