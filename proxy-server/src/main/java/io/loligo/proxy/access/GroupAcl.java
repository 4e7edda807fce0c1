package io.loligo.proxy.access;

import io.loligo.proxy.access.AccessList.Term;
import java.util.List;

/**
 * One of the lines matches, and a line does when all its acls do: all-of; and any-of, where each acl is a line.
 *
 * @param lines at least one term each
 */
record GroupAcl(String name, List<List<Term>> lines) implements Acl {
    @Override
    public boolean matches(RequestFacts facts) {
        for (List<Term> line : lines) {
            boolean all = true;
            for (Term term : line) {
                if (term.acl().matches(facts) == term.negated()) {
                    all = false;
                    break;
                }
            }
            if (all) {
                return true;
            }
        }
        return false;
    }

    /** Matches what one of {@code acls} matches. */
    static GroupAcl anyOf(String name, List<Acl> acls) {
        return new GroupAcl(
                name, acls.stream().map(acl -> List.of(new Term(false, acl))).toList());
    }

    @Override
    public boolean looksAtConnectionOnly() {
        return members().stream().allMatch(Acl::looksAtConnectionOnly);
    }

    @Override
    public boolean looksAtReply() {
        return members().stream().anyMatch(Acl::looksAtReply);
    }

    @Override
    public boolean looksAtReplyBeyondType() {
        return members().stream().anyMatch(Acl::looksAtReplyBeyondType);
    }

    @Override
    public boolean isAboutManager() {
        return members().stream().anyMatch(Acl::isAboutManager);
    }

    @Override
    public List<Acl> members() {
        return lines.stream().flatMap(List::stream).map(Term::acl).toList();
    }
}
