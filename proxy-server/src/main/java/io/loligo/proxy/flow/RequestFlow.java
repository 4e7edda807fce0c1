package io.loligo.proxy.flow;

import io.loligo.cache.http.FieldRule;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.key.UnusableHost;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.status.ResultCode;
import io.loligo.cache.store.ResponseStore;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.exchange.ServeStored;
import io.loligo.proxy.fetch.FetchAndStore;
import io.loligo.proxy.fetch.OriginTrips;
import io.loligo.proxy.fetch.PassThrough;
import io.loligo.proxy.fetch.ValidateAndServe;
import io.loligo.proxy.log.PurgeWords;
import io.loligo.proxy.log.RecurringWarning;
import io.loligo.proxy.origin.OriginClient;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.Lookup;
import io.undertow.connector.ByteBufferPool;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The life of one request. Every branch is here, and every branch is a {@link Decision} that a pure function returned.
 *
 * <p>Runs on the client connection's I/O thread and never waits; used by all of them.
 */
public final class RequestFlow {
    private static final System.Logger LOG = System.getLogger(RequestFlow.class.getName());
    private static final RecurringWarning LOOPS = new RecurringWarning(LOG);
    /** RFC 5842 §7.2. */
    private static final int LOOP_DETECTED = 508;

    private static final int NOT_FOUND = 404;

    private static final String WENT_IN_A_CIRCLE = "The request went in a circle.";

    private final ResponseStore store;
    private final Deliberation deliberation;
    private final ServeStored serveStored;
    private final ValidateAndServe validateAndServe;
    private final FetchAndStore fetchAndStore;
    private final PassThrough passThrough;
    private final Function<String, Optional<String>> manager;
    private volatile boolean draining;

    private RequestFlow(
            ResponseStore store,
            Deliberation deliberation,
            ServeStored serveStored,
            ValidateAndServe validateAndServe,
            FetchAndStore fetchAndStore,
            PassThrough passThrough,
            Function<String, Optional<String>> manager) {
        this.store = store;
        this.deliberation = deliberation;
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
                new Deliberation(store::lookup, clock),
                serveStored,
                new ValidateAndServe(trips),
                new FetchAndStore(trips),
                new PassThrough(trips),
                pages);
    }

    /** From now on every answer ends its connection. */
    public void drain() {
        draining = true;
    }

    /** Whether every answer ends its connection. */
    public boolean draining() {
        return draining;
    }

    /** What answers from the store, for a door that sends a plain hit by itself. */
    public ServeStored serveStored() {
        return serveStored;
    }

    /**
     * Takes care of a request that has been read.
     *
     * @param scheme the scheme of an absolute-form target, else null
     * @param authority its authority, else null
     */
    public void handle(Exchange x, @Nullable String scheme, @Nullable String authority) {
        TargetUri target = Deliberation.locate(x.head(), scheme, authority, x.site());
        if (target instanceof UnusableHost unusable) {
            x.client().closeAfterwards();
            x.refuse(ErrorPage.ERR_INVALID_URL, ResultCode.NONE_NONE, unusable.why());
            return;
        }
        x.located((EffectiveUri) target);
        act(x, decide(x.facts(), x.client().body() != null, x.rules(), x.site()));
    }

    /** Steps 2 to 6: what is to be done with a request. Does nothing. */
    public Decision decide(RequestFacts facts, boolean hasBody, Rules rules, Rules.Site site) {
        return deliberation.decide(facts, hasBody, rules, site, Trace.NONE);
    }

    /** Does what was decided. */
    public void act(Exchange x, Decision decision) {
        decision.match(new Steps(x));
    }

    /** The step that each decision leads to. */
    private final class Steps implements Decision.Cases<Void>, Reuse.Cases<Void> {
        private final Exchange x;

        private Steps(Exchange x) {
            this.x = x;
        }

        @Override
        public Void denied(Decision.Denied decision) {
            x.refuse(ErrorPage.ERR_ACCESS_DENIED, ResultCode.TCP_DENIED, "");
            return null;
        }

        @Override
        public Void managerPage(Decision.ManagerPage decision) {
            RequestFlow.this.managerPage(x);
            return null;
        }

        @Override
        public Void purge(Decision.Purge decision) {
            RequestFlow.this.purge(x);
            return null;
        }

        @Override
        public Void loop(Decision.Loop decision) {
            LOOPS.met(
                    "a request came back to this server",
                    () -> "a request came back to this server: its " + decision.field() + " names it");
            if (decision.equals(Decision.Loop.VIA)) {
                x.refuse(ErrorPage.ERR_ACCESS_DENIED, ResultCode.TCP_MISS, WENT_IN_A_CIRCLE);
            } else {
                x.refuse(
                        ErrorPage.ERR_ACCESS_DENIED,
                        LOOP_DETECTED,
                        "Loop Detected",
                        ResultCode.TCP_MISS,
                        WENT_IN_A_CIRCLE);
            }
            return null;
        }

        @Override
        public Void lastRecipient(Decision.LastRecipient decision) {
            RequestFlow.lastRecipient(x);
            return null;
        }

        @Override
        public Void pass(Decision.Pass decision) {
            x.keyed(decision.key());
            passThrough.pass(x, decision.why());
            return null;
        }

        @Override
        public Void despiteHit(Decision.DespiteHit decision) {
            x.keyed(decision.key());
            x.lookedUp(Lookup.HIT);
            fetchAndStore.despiteHit(x);
            return null;
        }

        @Override
        public Void reused(Decision.Reused decision) {
            x.keyed(decision.key());
            return decision.reuse().match(this);
        }

        @Override
        public Void serve(Reuse.Serve verdict) {
            x.lookedUp(Lookup.HIT);
            if (!serveStored.hit(x, verdict.stored(), verdict.freshness())) {
                // Evicted between lookup and reading.
                fetchAndStore.fetch(x, Reuse.Fetch.URI_MISS);
            }
            return null;
        }

        @Override
        public Void serveStaleAndValidate(Reuse.ServeStaleAndValidate verdict) {
            x.lookedUp(Lookup.HIT);
            if (serveStored.hit(x, verdict.stored(), verdict.freshness())) {
                validateAndServe.inBackground(x, verdict.validate());
            } else {
                fetchAndStore.fetch(x, Reuse.Fetch.URI_MISS);
            }
            return null;
        }

        @Override
        public Void validate(Reuse.Validate verdict) {
            x.lookedUp(Lookup.HIT);
            validateAndServe.validate(x, verdict);
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

    /** Squid's PURGE: every variant of the URL, whichever peers may serve it and by whichever port of ours it is named. */
    private void purge(Exchange x) {
        long objects = 0;
        long bytes = 0;
        for (EffectiveUri spelling : x.rules().configuration().sitePorts().spellings(x.uri())) {
            ResponseStore.Purged purged = store.purge(spelling);
            objects += purged.objects();
            bytes += purged.bytes();
        }
        LOG.log(System.Logger.Level.INFO, PurgeWords.byMethod(x.uri().toString(), objects, bytes));
        boolean found = objects > 0;
        x.answerText(
                found ? 200 : 404,
                found ? "OK" : "Not Found",
                "text/plain",
                (objects + " removed\n").getBytes(StandardCharsets.US_ASCII),
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
                ResultCode.NONE_NONE);
    }

    /** A page of Squid's cache manager. */
    private void managerPage(Exchange x) {
        String path = x.uri().pathAndQuery();
        String name = path.startsWith(AccessRules.MANAGER_PATH)
                ? path.substring(AccessRules.MANAGER_PATH.length())
                : path.substring(1);
        int password = name.indexOf('@');
        Optional<String> page = manager.apply(password < 0 ? name : name.substring(0, password));
        if (page.isEmpty()) {
            x.refuse(
                    ErrorPage.ERR_INVALID_URL,
                    NOT_FOUND,
                    "Not Found",
                    ResultCode.TCP_MISS,
                    "The manager has no such page.");
            return;
        }
        x.answerText(
                200,
                "OK",
                "text/plain;charset=utf-8",
                page.get().getBytes(StandardCharsets.UTF_8),
                ResultCode.TCP_MISS);
    }
}
