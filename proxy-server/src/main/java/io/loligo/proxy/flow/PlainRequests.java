package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.log.Transaction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The short way: what {@link PlainHeadParser} understands is deliberated on before Undertow's parser sees it. A fresh stored
 * response is sent as a {@linkplain PlainHits plain hit}; whatever else is decided, an exchange goes on from there by the same
 * steps as on the ordinary way, which starts with Undertow's parser and leads here in the end.
 *
 * <p>One per listener; used by every I/O thread.
 */
final class PlainRequests {
    private final String portKey;
    private final LiveConfiguration live;
    private final RequestFlow flow;
    private final Consumer<Transaction> record;
    private final PlainHits hits;

    /** As for {@link RequestHandler}. */
    PlainRequests(String portKey, LiveConfiguration live, RequestFlow flow, Consumer<Transaction> record) {
        this.portKey = portKey;
        this.live = live;
        this.flow = flow;
        this.record = record;
        this.hits = new PlainHits(flow.serveStored(), record);
    }

    /**
     * Serves {@code head}; does nothing where its listener's lines ask for more than this way has.
     *
     * @param size the bytes of the head
     * @param since when it was read, epoch milliseconds
     * @return whether it is served, or being served
     */
    boolean serve(RequestHead head, int size, long since, ClientConnection client) {
        Rules rules = live.current();
        Rules.Site site = rules.site(portKey);
        if (site == null
                || flow.draining()
                || site.port().actAsOrigin()
                || rules.isSurrogate()
                || size > rules.configuration().limits().requestHeaderMaxSize()
                || !rules.configuration().forwarding().clientPersistentConnections()) {
            return false;
        }
        TargetUri target = Deliberation.locate(head, null, null, site);
        if (!(target instanceof EffectiveUri uri)) {
            return false;
        }
        RequestFacts facts = client.facts(head, uri, site);
        Course course = new Course(facts, rules, site, since, client);
        try {
            flow.deliberation().on(facts, false, rules, site, course);
        } catch (RuntimeException | Error e) {
            if (course.exchange == null) {
                throw e;
            }
            RequestHandler.failed(course.exchange, e);
        }
        return true;
    }

    /** A plain hit where that is the verdict, else an exchange, which every other verdict is about. */
    private final class Course implements Deliberation.Course {
        private final RequestFacts facts;
        private final Rules rules;
        private final Rules.Site site;
        private final long since;
        private final ClientConnection client;
        private @Nullable CacheKey key;
        private @Nullable Exchange exchange;

        private Course(RequestFacts facts, Rules rules, Rules.Site site, long since, ClientConnection client) {
            this.facts = facts;
            this.rules = rules;
            this.site = site;
            this.since = since;
            this.client = client;
        }

        @Override
        public void keyed(CacheKey cacheKey) {
            key = cacheKey;
        }

        @Override
        public void denied(AccessVerdict by) {
            steps().denied(by);
        }

        @Override
        public void managerPage() {
            steps().managerPage();
        }

        @Override
        public void purge() {
            steps().purge();
        }

        @Override
        public void loop(String field) {
            steps().loop(field);
        }

        @Override
        public void lastRecipient() {
            steps().lastRecipient();
        }

        @Override
        public void pass(ForwardReason why) {
            steps().pass(why);
        }

        @Override
        public void despiteHit(StoredHead stored) {
            steps().despiteHit(stored);
        }

        @Override
        public void reuse(Reuse verdict) {
            if (!(verdict instanceof Reuse.Serve serve) || !hits.serve(serve, facts, rules, site, since, client)) {
                steps().reuse(verdict);
            }
        }

        private Deliberation.Course steps() {
            Exchange x = new Exchange(client, rules, site, record, client.plainSequel());
            exchange = x;
            client.beginsPlain(x);
            x.understood(
                    facts.head(), null, !PlainHeadParser.closes(facts.head().fields()));
            x.located(facts);
            if (key != null) {
                x.keyed(key);
            }
            return flow.steps(x);
        }
    }
}
