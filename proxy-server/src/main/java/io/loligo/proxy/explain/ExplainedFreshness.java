package io.loligo.proxy.explain;

import io.loligo.cache.freshness.Age;
import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule;
import io.loligo.cache.freshness.StaleRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.key.SelectingFields;
import io.loligo.proxy.explain.Explanation.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The arithmetic of freshness, number by number. RFC 9111 §4.2. */
final class ExplainedFreshness {
    private static final double MILLIS = 1_000;

    private ExplainedFreshness() {}

    /** The steps freshness, refresh_pattern and stale of {@code head} at {@code now}. */
    static List<Step> steps(StoredHead head, Instant now, FreshnessRules rules) {
        return List.of(freshness(head, now, rules), refreshPattern(head, rules), stale(head, now, rules));
    }

    private static Step freshness(StoredHead head, Instant now, FreshnessRules rules) {
        Freshness freshness = Freshness.of(head, now, rules);
        Age.Calculation age = Age.calculation(head, now);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("now", now.toString());
        facts.put("date_value", head.date().toString());
        facts.put("request_time", head.times().requestTime().toString());
        facts.put("response_time", head.times().responseTime().toString());
        facts.put("apparent_age", seconds(age.apparentAge()));
        facts.put("corrected_age_value", seconds(age.correctedAgeValue()));
        facts.put("corrected_initial_age", seconds(age.correctedInitialAge()));
        facts.put("resident_time", seconds(age.residentTime()));
        facts.put("current_age", seconds(age.currentAge()));
        facts.put("freshness_lifetime", seconds(freshness.lifetime()));
        facts.put("lifetime_from", lifetime(head, freshness, rules));
        facts.put("ttl", freshness.ttlSeconds());
        return new Step(
                "freshness",
                freshness.isFresh() ? "fresh" : "stale",
                "freshness_lifetime " + seconds(freshness.lifetime()) + (freshness.isFresh() ? " > " : " <= ")
                        + "current_age " + seconds(age.currentAge()),
                freshness.source().basis(),
                facts);
    }

    /** The sum that gives the lifetime. */
    private static String lifetime(StoredHead head, Freshness freshness, FreshnessRules rules) {
        RefreshRule rule = head.refreshRule(rules.refresh());
        return switch (freshness.source()) {
            case S_MAXAGE, MAX_AGE ->
                freshness.source().word() + "=" + freshness.lifetime().toSeconds();
            case EXPIRES -> "Expires (" + head.fields().first("Expires") + ") - Date";
            case LAST_MODIFIED ->
                "the smaller of (Date - Last-Modified " + head.lastModified() + ") x " + rule.percent() + " % and MAX "
                        + seconds(rule.max());
            case MIN -> "MIN " + seconds(rule.min()) + ", at most MAX " + seconds(rule.max());
            case OVERRIDE_EXPIRE, OVERRIDE_LASTMOD ->
                freshness.source().word() + ": MIN " + seconds(rule.min()) + ", at most MAX " + seconds(rule.max());
            case NEGATIVE_TTL -> "negative_ttl " + seconds(rules.negativeTtl());
            case PURGE -> "the age at the soft purge of " + head.staleSince();
            case NONE -> "nobody gives one";
        };
    }

    private static Step refreshPattern(StoredHead head, FreshnessRules rules) {
        RefreshRule rule = head.refreshRule(rules.refresh());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("min", seconds(rule.min()));
        facts.put("percent", (long) rule.percent());
        facts.put("max", seconds(rule.max()));
        Duration own = rule.maxStale();
        facts.put("max_stale", seconds(own == null ? rules.maxStale() : own));
        facts.put(
                "options",
                rule.options().stream().map(RefreshRule.Option::word).sorted().collect(Collectors.joining(" ")));
        return new Step("refresh_pattern", rule.pattern(), "", rule.where(), facts);
    }

    private static Step stale(StoredHead head, Instant now, FreshnessRules rules) {
        Freshness freshness = Freshness.of(head, now, rules);
        StaleRules.Obstacle forbidden = StaleRules.forbidden(head);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("staleness", freshness.stalenessMillis() / MILLIS);
        Duration revalidate = head.directives().staleWhileRevalidate();
        if (revalidate != null) {
            facts.put("stale_while_revalidate", seconds(revalidate));
        }
        Duration error = head.directives().staleIfError();
        if (error != null) {
            facts.put("stale_if_error", seconds(error));
        }
        facts.put("on_error", onError(head, now, rules));
        return forbidden == null
                ? new Step("stale", "may be served", "where something permits it", "RFC 9111 §4.2.4", facts)
                : new Step("stale", "never served", forbidden.word(), forbidden.basis(), facts);
    }

    /** What a client gets when the origin fails at {@code now}. */
    static String onError(StoredHead head, Instant now, FreshnessRules rules) {
        StaleRules.Obstacle obstacle = StaleRules.onError(head, Freshness.of(head, now, rules), rules);
        return obstacle == null ? "this response" : "an error: " + obstacle.word() + " (" + obstacle.basis() + ")";
    }

    /** A stored response in a list of them. */
    static Map<String, Object> variant(StoredHead head, Fields request) {
        Map<String, Object> facts = new LinkedHashMap<>();
        SelectingFields selecting = head.selecting();
        facts.put("matches", selecting.matches(request));
        facts.put("status", (long) head.status());
        facts.put("bytes", head.bodyLength());
        facts.put("response_time", head.times().responseTime().toString());
        facts.put("selected_by", selecting.unmatched() ? Map.of("vary", "*") : chosen(selecting.fields()));
        if (!selecting.others().isEmpty()) {
            facts.put(
                    "also_selected_by",
                    selecting.others().stream().map(ExplainedFreshness::chosen).toList());
        }
        return facts;
    }

    private static Map<String, Object> chosen(Fields selecting) {
        Map<String, Object> chosen = new LinkedHashMap<>();
        selecting.forEach((name, value) -> chosen.put(name, value.equals(SelectingFields.ABSENT) ? null : value));
        return chosen;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / MILLIS;
    }
}
