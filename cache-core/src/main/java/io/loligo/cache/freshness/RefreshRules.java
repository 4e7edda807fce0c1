package io.loligo.cache.freshness;

import java.util.List;

/**
 * The refresh_pattern lines: the first that matches a URL decides.
 *
 * @param rules in file order
 */
public record RefreshRules(List<RefreshRule> rules) {
    public static final RefreshRules NONE = new RefreshRules(List.of());

    /** The first rule that matches {@code url}, else {@link RefreshRule#IMPLICIT}. */
    public RefreshRule first(String url) {
        for (RefreshRule rule : rules) {
            if (rule.matches().test(url)) {
                return rule;
            }
        }
        return RefreshRule.IMPLICIT;
    }
}
