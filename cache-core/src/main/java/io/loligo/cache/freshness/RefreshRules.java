package io.loligo.cache.freshness;

import io.loligo.cache.freshness.RefreshRule.Option;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The refresh_pattern lines: the first that matches a URL decides.
 *
 * @param rules in file order
 * @param otherwise what holds where none matches
 */
public record RefreshRules(List<RefreshRule> rules, RefreshRule otherwise) {
    public static final RefreshRules NONE = new RefreshRules(List.of());

    /** With {@link RefreshRule#IMPLICIT} where none matches. */
    public RefreshRules(List<RefreshRule> rules) {
        this(rules, RefreshRule.IMPLICIT);
    }

    /** The same with {@code options} on every rule: refresh_all_ims and reload_into_ims, which mean every URL. */
    public RefreshRules everywhere(Set<Option> options) {
        return new RefreshRules(rules.stream().map(rule -> rule.with(options)).toList(), otherwise.with(options));
    }

    /** The first rule for the response of {@code url} with {@code contentType}, else {@link #otherwise}. */
    public RefreshRule first(String url, @Nullable String contentType) {
        for (RefreshRule rule : rules) {
            if (rule.isFor(url, contentType)) {
                return rule;
            }
        }
        return otherwise;
    }

    /** Whether any rule has something to say about a client's reload: Squid then names a reload by another code. */
    public boolean decideOnReloads() {
        return decidesOnReloads(otherwise) || rules.stream().anyMatch(RefreshRules::decidesOnReloads);
    }

    private static boolean decidesOnReloads(RefreshRule rule) {
        return rule.has(Option.IGNORE_RELOAD) || rule.has(Option.RELOAD_INTO_IMS);
    }
}
