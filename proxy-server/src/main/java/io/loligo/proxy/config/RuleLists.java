package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import io.loligo.proxy.access.UrlWordsAcl;
import io.loligo.proxy.config.Problem.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules of every access list, in the order of their lines. */
final class RuleLists {
    private final Problems problems;
    private final Map<String, List<Rule>> lists = new HashMap<>();
    /** The line after which a list of this name is complete, as it always decides. */
    private final Map<String, Directive> decided = new HashMap<>();

    RuleLists(Problems problems) {
        this.problems = problems;
    }

    /** Adds a line's rule to the end of a list. */
    void add(String list, Directive line, Rule rule) {
        Directive last = decided.get(list);
        if (last != null) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    line.text() + " is never reached: " + last.where() + " decides always");
        } else if (AclTable.isForEveryone(rule)) {
            decided.put(list, line);
        }
        lists.computeIfAbsent(list, name -> new ArrayList<>()).add(rule);
    }

    /** Takes a cache_stoplist line. */
    void stoplist(Directive line) {
        Rule rule = new Rule(
                false,
                List.of(new Term(false, new UrlWordsAcl(line.name(), line.texts()))),
                line.where() + " " + line.text());
        lists.computeIfAbsent("cache", name -> new ArrayList<>()).add(rule);
        problems.warning(Kind.TRANSLATED, line.where(), line.name() + " is cache deny with these words today");
    }

    boolean has(String list) {
        return lists.containsKey(list);
    }

    /** A list that allows where it has no rule. */
    AccessList allowing(String name) {
        return new AccessList(name, rules(name), true);
    }

    /** A list that denies where it has no rule. */
    AccessList denying(String name) {
        return new AccessList(name, rules(name), false);
    }

    List<Rule> rules(String list) {
        return List.copyOf(lists.getOrDefault(list, List.of()));
    }
}
