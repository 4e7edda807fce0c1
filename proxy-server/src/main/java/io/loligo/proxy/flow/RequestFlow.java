package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.KeyPolicy;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.key.UnusableHost;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.cache.store.ResponseStore;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.origin.OriginClient;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.Lookup;
import io.loligo.proxy.respond.MaxForwards;
import io.undertow.connector.ByteBufferPool;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The life of one request. Every branch is here, and every branch is a verdict that some pure function returned.
 *
 * <p>Runs on the client connection's I/O thread and never waits; used by all of them.
 */
public final class RequestFlow {
    private static final System.Logger LOG = System.getLogger(RequestFlow.class.getName());
    /** RFC 5842 §7.2. */
    private static final int LOOP_DETECTED = 508;

    private static final String MANAGER_PATH = "/squid-internal-mgr/";

    private final ResponseStore store;
    private final InstantSource clock;
    private final ServeStored serveStored;
    private final ValidateAndServe validateAndServe;
    private final FetchAndStore fetchAndStore;
    private final PassThrough passThrough;
    private final Function<String, Optional<String>> manager;
    private volatile boolean draining;

    private RequestFlow(
            ResponseStore store,
            InstantSource clock,
            ServeStored serveStored,
            ValidateAndServe validateAndServe,
            FetchAndStore fetchAndStore,
            PassThrough passThrough,
            Function<String, Optional<String>> manager) {
        this.store = store;
        this.clock = clock;
        this.serveStored = serveStored;
        this.validateAndServe = validateAndServe;
        this.fetchAndStore = fetchAndStore;
        this.passThrough = passThrough;
        this.manager = manager;
    }

    /**
     * Puts the steps together.
     *
     * @param pages renders a manager page by its name; empty when there is none of that name
     */
    public static RequestFlow assemble(
            ResponseStore store,
            OriginClient origin,
            ByteBufferPool buffers,
            InstantSource clock,
            Function<String, Optional<String>> pages) {
        ServeStored serveStored = new ServeStored(store, clock);
        OriginTrips trips = new OriginTrips(origin, store, buffers, serveStored, clock);
        return new RequestFlow(
                store,
                clock,
                serveStored,
                new ValidateAndServe(trips),
                new FetchAndStore(trips, clock),
                new PassThrough(trips),
                pages);
    }

    /** From now on every answer ends its connection. */
    public void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    /**
     * @param scheme the scheme of an absolute-form target, else null
     * @param authority its authority, else null
     */
    void handle(Exchange x, @Nullable String scheme, @Nullable String authority) {
        Rules rules = x.rules();
        if (!locate(x, scheme, authority)) {
            return;
        }
        AccessVerdict access = rules.access().decide(x.facts());
        if (!access.allowed()) {
            x.refuse(ErrorPage.ERR_ACCESS_DENIED, ResultCode.TCP_DENIED, "");
            return;
        }
        if (AccessRules.isManager(x.facts())) {
            managerPage(x);
            return;
        }
        if (x.head().isMethod("PURGE")) {
            purge(x);
            return;
        }
        if (rules.requestFields().isLoop(x.head())) {
            LOG.log(System.Logger.Level.WARNING, "a request came back to this server: its Via names it");
            x.refuse(ErrorPage.ERR_ACCESS_DENIED, ResultCode.TCP_DENIED, "The request went in a circle.");
            return;
        }
        if (rules.requestFields().isCdnLoop(x.head())) {
            LOG.log(System.Logger.Level.WARNING, "a request came back to this server: its CDN-Loop names it");
            x.refuse(
                    ErrorPage.ERR_ACCESS_DENIED,
                    LOOP_DETECTED,
                    "Loop Detected",
                    ResultCode.TCP_DENIED,
                    "The request went in a circle.");
            return;
        }
        if (MaxForwards.isUsedUp(x.head())) {
            lastRecipient(x);
            return;
        }

        CacheKey key = new CacheKey(x.uri(), rules.selection().allowed(x.facts()));
        x.keyed(key);
        if (!ReusePolicy.mayUseCache(x.head()) || x.body() != null) {
            passThrough.pass(x, ForwardReason.METHOD);
            return;
        }
        if (!rules.configuration().cache().decide(x.facts()).allowed()) {
            passThrough.pass(x, ForwardReason.BYPASS);
            return;
        }
        List<StoredHead> stored = store.lookup(key);
        Reuse reuse =
                ReusePolicy.decide(x.head(), stored, clock.instant(), x.site().reuse());
        reuse.match(new Steps(x));
    }

    /** The I/O each verdict leads to. */
    private final class Steps implements Reuse.Cases<Void> {
        private final Exchange x;

        private Steps(Exchange x) {
            this.x = x;
        }

        @Override
        public Void serve(Reuse.Serve verdict) {
            x.lookedUp(Lookup.HIT);
            if (!x.rules().sendsHit(x.facts(), verdict.stored())) {
                fetchAndStore.despiteHit(x);
            } else if (!serveStored.hit(x, verdict.stored(), verdict.freshness())) {
                // Evicted between lookup and reading.
                fetchAndStore.fetch(x, new Reuse.Fetch(ForwardReason.URI_MISS));
            }
            return null;
        }

        @Override
        public Void serveStaleAndValidate(Reuse.ServeStaleAndValidate verdict) {
            x.lookedUp(Lookup.HIT);
            if (!x.rules().sendsHit(x.facts(), verdict.stored())) {
                fetchAndStore.despiteHit(x);
            } else if (serveStored.hit(x, verdict.stored(), verdict.freshness())) {
                validateAndServe.inBackground(x, verdict.validate());
            } else {
                fetchAndStore.fetch(x, new Reuse.Fetch(ForwardReason.URI_MISS));
            }
            return null;
        }

        @Override
        public Void validate(Reuse.Validate verdict) {
            x.lookedUp(Lookup.HIT);
            if (x.rules().sendsHit(x.facts(), verdict.stored())) {
                validateAndServe.validate(x, verdict);
            } else {
                fetchAndStore.despiteHit(x);
            }
            return null;
        }

        @Override
        public Void reload(Reuse.Reload verdict) {
            // Squid does not look anything up for a reload, unless some refresh_pattern has a say in it.
            boolean named = x.rules().freshness().refresh().decideOnReloads();
            x.lookedUp(named ? Lookup.HIT : Lookup.NONE);
            fetchAndStore.reload(x, verdict, named ? ResultCode.TCP_CLIENT_REFRESH_MISS : ResultCode.TCP_MISS);
            return null;
        }

        @Override
        public Void fetch(Reuse.Fetch verdict) {
            x.lookedUp(Lookup.MISS);
            fetchAndStore.fetch(x, verdict);
            return null;
        }

        @Override
        public Void gatewayTimeout(Reuse.GatewayTimeout verdict) {
            x.lookedUp(Lookup.MISS);
            x.refuse(ErrorPage.ERR_ONLY_IF_CACHED_MISS, ResultCode.TCP_MISS, "");
            return null;
        }
    }

    /** Which URL the request is about; answers it when that cannot be told. */
    private static boolean locate(Exchange x, @Nullable String scheme, @Nullable String authority) {
        if (scheme != null && scheme.equals(HeadScanner.CACHE_OBJECT)) {
            String host = authority == null ? "localhost" : authority.toLowerCase(Locale.ROOT);
            x.located(new EffectiveUri(
                    scheme, host, x.site().port().port(), x.head().target()));
            return true;
        }
        TargetUri target = KeyPolicy.effectiveUri(x.head(), authority, x.site().options());
        if (target instanceof UnusableHost unusable) {
            x.closeAfterwards();
            x.refuse(ErrorPage.ERR_INVALID_URL, ResultCode.NONE_NONE, unusable.why());
            return false;
        }
        x.located((EffectiveUri) target);
        return true;
    }

    /** Squid's PURGE: every variant of the URL, whichever peers may serve it. */
    private void purge(Exchange x) {
        ResponseStore.Purged purged = store.purge(x.uri());
        boolean found = purged.objects() > 0;
        x.answerText(
                found ? 200 : 404,
                found ? "OK" : "Not Found",
                "text/plain",
                (purged.objects() + " removed\n").getBytes(StandardCharsets.US_ASCII),
                ResultCode.TCP_MISS);
    }

    /** TRACE gets back what arrived here, without what is secret; OPTIONS learns that we are here. RFC 9110 §9.3.7, §9.3.8. */
    private static void lastRecipient(Exchange x) {
        boolean trace = x.head().isMethod("TRACE");
        String arrived = x.head().method() + " " + x.head().target() + " HTTP/"
                + x.head().version().number() + "\r\n"
                + x.head()
                        .fields()
                        .without(name -> FieldRule.is(name, FieldRule.Use.SECRET))
                        .toString()
                        .replace("\n", "\r\n")
                + "\r\n";
        x.answerText(
                200,
                "OK",
                trace ? "message/http" : "text/plain",
                trace ? arrived.getBytes(StandardCharsets.ISO_8859_1) : new byte[0],
                ResultCode.TCP_MISS);
    }

    /** A page of Squid's cache manager. */
    private void managerPage(Exchange x) {
        String path = x.uri().pathAndQuery();
        String name = path.startsWith(MANAGER_PATH) ? path.substring(MANAGER_PATH.length()) : path.substring(1);
        int password = name.indexOf('@');
        Optional<String> page = manager.apply(password < 0 ? name : name.substring(0, password));
        x.answerText(
                page.isPresent() ? 200 : 404,
                page.isPresent() ? "OK" : "Not Found",
                "text/plain;charset=utf-8",
                page.orElse("There is no such page.\n").getBytes(StandardCharsets.UTF_8),
                ResultCode.TCP_MISS);
    }
}
