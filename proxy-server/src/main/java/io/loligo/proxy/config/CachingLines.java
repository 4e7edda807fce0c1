package io.loligo.proxy.config;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.cache.freshness.RefreshRules;
import io.loligo.proxy.config.Configuration.Caching;
import io.loligo.proxy.config.Problem.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** How fresh answers are, and which are stored and served: refresh_pattern and the directives beside it. */
final class CachingLines {
    private final Scalars scalars;
    private final Problems problems;
    private final List<RefreshRule> refreshRules = new ArrayList<>();

    CachingLines(Scalars scalars, Problems problems) {
        this.scalars = scalars;
        this.problems = problems;
    }

    /** Takes a refresh_pattern line. */
    void refreshPattern(Directive line) {
        RefreshPatternLine.parse(line, problems).ifPresent(rule -> {
            refreshRules.stream()
                    .filter(before ->
                            before.pattern().equals(".") || before.pattern().equals(rule.pattern()))
                    .findFirst()
                    .ifPresent(before -> problems.warning(
                            Kind.DOUBTFUL,
                            line.where(),
                            "refresh_pattern " + rule.pattern() + " is never reached: " + before.where()
                                    + " comes first"));
            refreshRules.add(rule);
        });
    }

    /** What all lines together say, with the access lists among {@code lists}. */
    Caching caching(RuleLists lists) {
        Caching defaults = Caching.DEFAULT;
        return new Caching(
                freshness(defaults.freshness()),
                scalars.time("minimum_expiry_time", defaults.minimumExpiryTime()),
                missRevalidate(defaults.cacheMissRevalidate()),
                lists.allowing("send_hit"),
                lists.allowing("store_miss"),
                lists.denying("send_stored_set_cookie"),
                lists.allowing("collapsed_forwarding_access"));
    }

    private FreshnessRules freshness(FreshnessRules defaults) {
        Set<Option> everywhere = EnumSet.noneOf(Option.class);
        if (scalars.onOff("refresh_all_ims", false)) {
            everywhere.add(Option.REFRESH_IMS);
        }
        if (scalars.onOff("reload_into_ims", false)) {
            everywhere.add(Option.RELOAD_INTO_IMS);
        }
        boolean offline = scalars.onOff("offline_mode", defaults.offlineMode());
        Directive line = scalars.line("offline_mode");
        if (offline && line != null) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    "offline_mode on serves whatever is stored, however old, and never asks an origin about it");
        }
        return new FreshnessRules(
                new RefreshRules(List.copyOf(refreshRules)).everywhere(everywhere),
                scalars.time("max_stale", defaults.maxStale()),
                scalars.time("negative_ttl", defaults.negativeTtl()),
                scalars.onOff("vary_ignore_expire", defaults.varyIgnoreExpire()),
                offline);
    }

    /** ignore_ims_on_miss is the same upside down, in the words of Squid 2 and 3. */
    private boolean missRevalidate(boolean otherwise) {
        Directive old = scalars.line("ignore_ims_on_miss");
        if (old == null) {
            return scalars.onOff("cache_miss_revalidate", otherwise);
        }
        boolean ignored = scalars.onOff("ignore_ims_on_miss", !otherwise);
        problems.warning(
                Kind.TRANSLATED,
                old.where(),
                "ignore_ims_on_miss " + (ignored ? "on" : "off") + " is cache_miss_revalidate "
                        + (ignored ? "off" : "on") + " today");
        return scalars.onOff("cache_miss_revalidate", !ignored);
    }
}
