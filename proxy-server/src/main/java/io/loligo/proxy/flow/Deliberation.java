package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.KeyPolicy;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.respond.MaxForwards;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Steps 2 to 6 of a request's life: every decision about it, in order, and nothing but decisions. Serving and explaining
 * both go this way, so that an explanation cannot say anything else than what is done. Used by any thread.
 */
final class Deliberation {
    private final Function<CacheKey, List<StoredHead>> lookup;
    private final InstantSource clock;

    /**
     * @param lookup the responses stored under a key, newest first
     * @param clock tells the time once per request, after the lookup
     */
    Deliberation(Function<CacheKey, List<StoredHead>> lookup, InstantSource clock) {
        this.lookup = lookup;
        this.clock = clock;
    }

    /** What follows from each decision. Of the verdicts exactly one is told, last. */
    interface Course {
        // Steps on the way.

        /** Access was granted. */
        default void admitted(AccessVerdict by) {}

        void keyed(CacheKey key);

        /** What the cache directive says. */
        default void cacheable(AccessVerdict by) {}

        /** What is stored under the key. */
        default void found(List<StoredHead> stored) {}

        // Verdicts.

        void denied(AccessVerdict by);

        void managerPage();

        void purge();

        /** The request was here before: the field of that name says so. */
        void loop(String field);

        /** Max-Forwards is used up. RFC 9110 §7.6.2. */
        void lastRecipient();

        /** To the origin and back, past the cache. */
        void pass(ForwardReason why);

        /** Something stored would answer, and send_hit forbids that. */
        void despiteHit(StoredHead stored);

        void reuse(Reuse verdict);
    }

    /**
     * Which URL a request is about, or why that cannot be told.
     *
     * @param scheme the scheme of an absolute-form target, else null
     * @param authority its authority, else null
     */
    static TargetUri locate(RequestHead head, @Nullable String scheme, @Nullable String authority, Rules.Site site) {
        if (scheme != null && scheme.equals(HeadScanner.CACHE_OBJECT)) {
            String host = authority == null ? "localhost" : authority.toLowerCase(Locale.ROOT);
            return new EffectiveUri(scheme, host, site.port().port(), head.target());
        }
        return KeyPolicy.effectiveUri(head, authority, site.options());
    }

    /** @param hasBody whether the request comes with a body, whatever its fields say */
    void on(RequestFacts facts, boolean hasBody, Rules rules, Rules.Site site, Course course) {
        RequestHead head = facts.head();
        AccessVerdict access = rules.access().decide(facts);
        if (!access.allowed()) {
            course.denied(access);
            return;
        }
        course.admitted(access);
        if (AccessRules.isManager(facts)) {
            course.managerPage();
            return;
        }
        if (head.isMethod("PURGE")) {
            course.purge();
            return;
        }
        if (rules.requestFields().isLoop(head)) {
            course.loop("Via");
            return;
        }
        if (rules.requestFields().isCdnLoop(head)) {
            course.loop("CDN-Loop");
            return;
        }
        if (MaxForwards.isUsedUp(head)) {
            course.lastRecipient();
            return;
        }

        CacheKey key = new CacheKey(facts.uri(), rules.selection().allowed(facts));
        course.keyed(key);
        if (!ReusePolicy.mayUseCache(head) || hasBody) {
            course.pass(ForwardReason.METHOD);
            return;
        }
        AccessVerdict cache = rules.configuration().cache().decide(facts);
        course.cacheable(cache);
        if (!cache.allowed()) {
            course.pass(ForwardReason.BYPASS);
            return;
        }
        List<StoredHead> stored = lookup.apply(key);
        course.found(stored);
        Reuse reuse = ReusePolicy.decide(head, stored, clock.instant(), site.reuse());
        StoredHead answer = answers(reuse);
        if (answer != null && !rules.sendsHit(facts, answer)) {
            course.despiteHit(answer);
        } else {
            course.reuse(reuse);
        }
    }

    /** The stored response that answers, at once or once it is validated; null when none does. */
    private static @Nullable StoredHead answers(Reuse reuse) {
        if (reuse instanceof Reuse.Serve serve) {
            return serve.stored();
        }
        if (reuse instanceof Reuse.Validate validate) {
            return validate.stored();
        }
        return reuse instanceof Reuse.ServeStaleAndValidate stale ? stale.stored() : null;
    }
}
