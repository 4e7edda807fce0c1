package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.RequestDirectives;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.KeyPolicy;
import io.loligo.cache.key.SiteOptions;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.key.UnusableHost;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReuseGround;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.respond.MaxForwards;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Steps 2 to 6 of a request's life: every decision about it, in order, and nothing but decisions. Serving and explaining
 * both call it, so an explanation always agrees with what is done. Used by any thread.
 */
public final class Deliberation {
    /** The scheme of Squid's manager clients. */
    public static final String CACHE_OBJECT = "cache_object";

    private final Function<CacheKey, List<StoredHead>> lookup;
    private final InstantSource clock;

    /**
     * @param lookup the responses stored under a key, newest first
     * @param clock tells the time once per request, after the lookup
     */
    public Deliberation(Function<CacheKey, List<StoredHead>> lookup, InstantSource clock) {
        this.lookup = lookup;
        this.clock = clock;
    }

    /**
     * Which URL a request is about, or why that cannot be told.
     *
     * @param scheme the scheme of an absolute-form target, else null
     * @param authority its authority, else null
     */
    public static TargetUri locate(
            RequestHead head, @Nullable String scheme, @Nullable String authority, Rules.Site site) {
        if (scheme != null && scheme.equals(CACHE_OBJECT)) {
            String host = authority == null ? "localhost" : authority.toLowerCase(Locale.ROOT);
            return new EffectiveUri(scheme, host, site.port().port(), head.target());
        }
        boolean accelerated = site.port().accelerated();
        if (scheme == null && accelerated) {
            return KeyPolicy.effectiveUri(head, null, site.options());
        }
        if (scheme == null && !head.target().startsWith(AccessRules.MANAGER_PATH) && !head.isMethod("PURGE")) {
            return new UnusableHost("", "a path alone, and the port is no accelerator's");
        }
        return KeyPolicy.effectiveUri(head, authority, options(scheme, accelerated, site.options()));
    }

    /** How the URL of an absolute target is rebuilt, whose scheme counts, or any URL on a port that accelerates no site. */
    private static SiteOptions options(@Nullable String scheme, boolean accelerated, SiteOptions port) {
        String named = scheme == null ? "" : scheme;
        return new SiteOptions(
                named.equals("http") || named.equals("https") ? named : port.scheme(),
                port.listeningPort(),
                accelerated ? port.defaultSite() : null,
                accelerated ? port.defaultSitePort() : 0,
                !accelerated || port.vhost(),
                accelerated ? port.vport() : -1,
                port.visibleHostname());
    }

    /**
     * Decides what is to be done with a request.
     *
     * @param hasBody whether the request comes with a body, whatever its fields say
     * @param trace told each verdict on the way
     */
    public Decision decide(RequestFacts facts, boolean hasBody, Rules rules, Rules.Site site, Trace trace) {
        RequestHead head = facts.head();
        AccessVerdict access = rules.access().decide(facts);
        trace.access(access);
        if (!access.allowed()) {
            return new Decision.Denied(access);
        }
        if (AccessRules.isManager(facts)) {
            return Decision.ManagerPage.INSTANCE;
        }
        if (head.isMethod("PURGE")) {
            return Decision.Purge.INSTANCE;
        }
        if (rules.requestFields().isLoop(head)) {
            return Decision.Loop.VIA;
        }
        if (rules.requestFields().isCdnLoop(head)) {
            return Decision.Loop.CDN_LOOP;
        }
        if (MaxForwards.isUsedUp(head)) {
            return Decision.LastRecipient.INSTANCE;
        }

        CacheKey key = new CacheKey(facts.uri(), rules.selection().allowed(facts));
        trace.keyed(key);
        if (!ReusePolicy.mayUseCache(head) || hasBody) {
            return past(head, key, ForwardReason.METHOD, ReuseGround.METHOD, site);
        }
        AccessVerdict cache = rules.configuration().cache().decide(facts);
        trace.cacheable(cache);
        if (!cache.allowed()) {
            return past(head, key, ForwardReason.BYPASS, ReuseGround.CACHE_DENIED, site);
        }
        if (rules.configuration().store().keepsNothing()) {
            return past(head, key, ForwardReason.BYPASS, ReuseGround.NO_STORE, site);
        }
        List<StoredHead> stored = lookup.apply(key);
        trace.found(stored);
        // Without variants, nothing is selected by fields.
        RequestHead asked = hasVariants(stored) ? rules.asOriginSees(facts) : head;
        Reuse reuse = ReusePolicy.decide(asked, stored, clock.instant(), site.reuse());
        StoredHead answer = answers(reuse);
        return answer != null && !rules.sendsHit(facts, answer)
                ? new Decision.DespiteHit(key, answer)
                : new Decision.Reused(key, reuse);
    }

    private static boolean hasVariants(List<StoredHead> stored) {
        for (int i = 0; i < stored.size(); i++) {
            if (!stored.get(i).selecting().fields().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** The way past the cache, which a client that wants stored answers only does not take. RFC 9111 §5.2.1.7. */
    private static Decision past(
            RequestHead head, CacheKey key, ForwardReason why, ReuseGround ground, Rules.Site site) {
        boolean onlyIfCached = !site.reuse().ignoreClientCacheControl()
                && RequestDirectives.of(head.fields()).onlyIfCached();
        return onlyIfCached
                ? new Decision.Reused(key, new Reuse.GatewayTimeout(why, ground))
                : new Decision.Pass(key, why, ground);
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
