package io.loligo.proxy.access;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An ordered access list: the first rule whose acls all match decides; when none matches, the opposite of the last
 * rule's action; when there is no rule, the directive's own default. Immutable, evaluated by any thread; equal to a list
 * of the same rules.
 */
public final class AccessList {
    /** No term of a rule failed. */
    private static final int NONE = -1;

    private final String directive;
    private final List<Rule> rules;
    private final boolean emptyAllows;

    // Every verdict there can be: each request is given some of them.
    /** Of each rule that may match. */
    private final AccessVerdict[] matched;
    /** When none does: of each term of the last rule that may have failed; one only where there is no rule. */
    private final AccessVerdict[] unmatched;

    /**
     * @param directive the directive it belongs to, for messages
     * @param rules in file order
     * @param emptyAllows what an empty list says
     */
    public AccessList(String directive, List<Rule> rules, boolean emptyAllows) {
        this.directive = directive;
        this.rules = List.copyOf(rules);
        this.emptyAllows = emptyAllows;
        this.matched = this.rules.stream().map(AccessList::matched).toArray(AccessVerdict[]::new);
        this.unmatched = unmatched(this.rules, emptyAllows);
    }

    private static AccessVerdict matched(Rule rule) {
        List<Term> terms = rule.terms();
        return new AccessVerdict(
                rule.allows(),
                rule,
                terms.isEmpty() ? null : terms.get(terms.size() - 1).acl());
    }

    private static AccessVerdict[] unmatched(List<Rule> rules, boolean emptyAllows) {
        if (rules.isEmpty()) {
            return new AccessVerdict[] {new AccessVerdict(emptyAllows, null, null)};
        }
        Rule last = rules.get(rules.size() - 1);
        return last.terms().stream()
                .map(term -> new AccessVerdict(!last.allows(), null, term.acl()))
                .toArray(AccessVerdict[]::new);
    }

    /** A list without rules. */
    public static AccessList empty(String directive, boolean allows) {
        return new AccessList(directive, List.of(), allows);
    }

    public String directive() {
        return directive;
    }

    /** In file order. */
    public List<Rule> rules() {
        return rules;
    }

    /** What the list says when it is empty. */
    public boolean emptyAllows() {
        return emptyAllows;
    }

    /** Whether it says the same of every request. */
    public boolean isConstant() {
        return rules.isEmpty()
                || rules.get(0).terms().stream()
                        .allMatch(term -> !term.negated() && term.acl().matchesAlways());
    }

    /**
     * Decides on a connection whose request could not be understood: a rule with an acl that looks at the request does not
     * match. Allocates nothing.
     */
    public boolean allowsConnection(RequestFacts facts) {
        for (int i = 0; i < matched.length; i++) {
            List<Term> terms = rules.get(i).terms();
            if (lookAtConnectionOnly(terms) && failed(terms, facts) == NONE) {
                return matched[i].allowed();
            }
        }
        return unmatched[0].allowed();
    }

    private static boolean lookAtConnectionOnly(List<Term> terms) {
        for (int i = 0; i < terms.size(); i++) {
            if (!terms.get(i).acl().looksAtConnectionOnly()) {
                return false;
            }
        }
        return true;
    }

    /** Whether an acl of it looks at the answer. */
    public boolean looksAtReply() {
        return rules.stream()
                .anyMatch(rule ->
                        rule.terms().stream().anyMatch(term -> term.acl().looksAtReply()));
    }

    /** Allocates nothing. */
    public AccessVerdict decide(RequestFacts facts) {
        int failed = 0;
        for (int i = 0; i < matched.length; i++) {
            failed = failed(rules.get(i).terms(), facts);
            if (failed == NONE) {
                return matched[i];
            }
        }
        return unmatched[failed];
    }

    private static int failed(List<Term> terms, RequestFacts facts) {
        for (int i = 0; i < terms.size(); i++) {
            Term term = terms.get(i);
            if (term.acl().matches(facts) == term.negated()) {
                return i;
            }
        }
        return NONE;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AccessList list
                && directive.equals(list.directive)
                && rules.equals(list.rules)
                && emptyAllows == list.emptyAllows;
    }

    @Override
    public int hashCode() {
        return Objects.hash(directive, rules, emptyAllows);
    }

    /**
     * One line of the list.
     *
     * @param allows allow or deny
     * @param terms all must match; none at all matches always
     * @param text the line as written, with file and line, for {@code explain} and the log
     */
    public record Rule(boolean allows, List<Term> terms, String text) {
        public Rule {
            terms = List.copyOf(terms);
        }
    }

    /** An acl on a rule, perhaps negated with {@code !}. */
    public record Term(boolean negated, Acl acl) {}

    /**
     * What a list says of a request.
     *
     * @param allowed the answer
     * @param rule the rule that decided; null when none matched
     * @param lastAcl the last acl of that rule, or the one of the last rule that did not match (deny_info asks for it);
     *     null when there was none
     */
    public record AccessVerdict(
            boolean allowed, @Nullable Rule rule, @Nullable Acl lastAcl) {}
}
