package io.loligo.proxy.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ordered access list: the first rule whose acls all match decides; when none matches, the opposite of the last
 * rule's action; when there is no rule, the directive's own default. Immutable, evaluated by any thread.
 *
 * @param directive the directive it belongs to, for messages
 * @param rules in file order
 * @param emptyAllows what an empty list says
 */
public record AccessList(String directive, List<Rule> rules, boolean emptyAllows) {

    /** A list without rules. */
    public static AccessList empty(String directive, boolean allows) {
        return new AccessList(directive, List.of(), allows);
    }

    public AccessVerdict decide(RequestFacts facts) {
        Acl last = null;
        for (Rule rule : rules) {
            boolean all = true;
            for (Term term : rule.terms()) {
                last = term.acl();
                if (last.matches(facts) == term.negated()) {
                    all = false;
                    break;
                }
            }
            if (all) {
                return new AccessVerdict(rule.allows(), rule, last);
            }
        }
        boolean allows =
                rules.isEmpty() ? emptyAllows : !rules.get(rules.size() - 1).allows();
        return new AccessVerdict(allows, null, last);
    }

    /**
     * One line of the list.
     *
     * @param allows allow or deny
     * @param terms all must match; none at all matches always
     * @param text the line as written, with file and line, for {@code explain} and the log
     */
    public record Rule(boolean allows, List<Term> terms, String text) {}

    /** An acl on a rule, perhaps negated with {@code !}. */
    public record Term(boolean negated, Acl acl) {}

    /**
     * What a list says of a request.
     *
     * @param allowed the answer
     * @param rule the rule that decided; null when none matched
     * @param lastAcl the last acl that was evaluated (deny_info asks for it); null when there was none
     */
    public record AccessVerdict(
            boolean allowed, @Nullable Rule rule, @Nullable Acl lastAcl) {}
}
