package io.loligo.proxy.explain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server does with a request, and why: its decisions in their order.
 *
 * @param method of the request
 * @param url the URL that the decisions are about
 * @param at the time they are made at
 * @param outcome what comes of it all
 * @param steps one per decision
 */
public record Explanation(String method, String url, Instant at, Outcome outcome, List<Step> steps) {

    /**
     * What comes of a request.
     *
     * @param verdict {@code hit}, {@code forward} or {@code own}: answered by the server itself
     * @param forward why the origin is asked, as Cache-Status says it; null when it is not
     * @param ttl what Cache-Status will say of a hit; null for no hit
     * @param status the status that the client gets; 0 where the origin decides
     */
    public record Outcome(
            String verdict,
            @Nullable String forward,
            @Nullable Long ttl,
            int status) {
        static Outcome hit(long ttl, int status) {
            return new Outcome("hit", null, ttl, status);
        }

        static Outcome forward(String why) {
            return new Outcome("forward", why, null, 0);
        }

        static Outcome own(int status) {
            return new Outcome("own", null, null, status);
        }

        /** What stands in Cache-Status after the cache's name; null where the answer has none. RFC 9211. */
        public @Nullable String cacheStatus() {
            if (ttl != null) {
                return "hit;ttl=" + ttl;
            }
            return forward == null ? null : "fwd=" + forward;
        }
    }

    /**
     * One decision.
     *
     * @param name what was decided
     * @param verdict the decision
     * @param reason why, in words; may be empty
     * @param basis the RFC section, or the line of the configuration, that it rests on; may be empty
     * @param facts what went into it: texts, whole numbers, seconds with decimals, lists of texts
     */
    public record Step(String name, String verdict, String reason, String basis, Map<String, Object> facts) {
        Step(String name, String verdict, String reason, String basis) {
            this(name, verdict, reason, basis, Map.of());
        }
    }

    /** The step of that name; null when no such decision was made. */
    public @Nullable Step step(String name) {
        return steps.stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** As JSON has it: the keys are what scripts rely on. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("method", method);
        json.put("url", url);
        json.put("at", at.toString());
        Map<String, Object> end = new LinkedHashMap<>();
        end.put("verdict", outcome.verdict());
        end.put("cache_status", outcome.cacheStatus());
        end.put("forward", outcome.forward());
        end.put("ttl", outcome.ttl());
        end.put("status", outcome.status() == 0 ? null : outcome.status());
        json.put("outcome", end);
        List<Object> list = new ArrayList<>();
        for (Step step : steps) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("step", step.name());
            each.put("verdict", step.verdict());
            each.put("reason", step.reason());
            each.put("basis", step.basis());
            each.put("facts", step.facts());
            list.add(each);
        }
        json.put("steps", list);
        return json;
    }
}
