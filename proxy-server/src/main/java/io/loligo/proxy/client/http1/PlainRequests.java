package io.loligo.proxy.client.http1;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.reuse.Reuse;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.Decision;
import io.loligo.proxy.flow.Deliberation;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.http1.RequestHeadReader;
import io.loligo.proxy.log.Transaction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The short way: a plain request, as {@link RequestHeadReader#isPlain} means it, is deliberated on before an exchange is made for
 * it. A fresh stored response is sent as a {@linkplain PlainHits plain hit}; with whatever else is decided, an exchange goes on
 * from there by the same steps as on the ordinary way.
 *
 * <p>One per listener; used by every I/O thread.
 */
final class PlainRequests {
    private final RequestFlow flow;
    private final PlainHits hits;

    /** @param record gets the transaction of each hit at its end */
    PlainRequests(RequestFlow flow, Consumer<Transaction> record) {
        this.flow = flow;
        this.hits = new PlainHits(flow.serveStored(), record);
    }

    /**
     * The facts of a plain request; null where its listener's lines ask for more than this way has, or where its Host names no
     * site: then it goes the ordinary way.
     */
    @Nullable RequestFacts facts(RequestHead head, Rules rules, Rules.Site site, PlainClient client) {
        if (flow.draining()
                || site.port().actAsOrigin()
                || rules.isSurrogate()
                || !rules.configuration().forwarding().clientPersistentConnections()) {
            return null;
        }
        TargetUri target = Deliberation.locate(head, null, null, site);
        return target instanceof EffectiveUri uri ? client.facts(head, uri, site) : null;
    }

    /**
     * Serves a plain request where it is a plain hit.
     *
     * @param keepAlive whether the client lets the connection stay
     * @param since when it was read, epoch milliseconds
     * @return null when it is served, or being served; else what an exchange is to do with it
     */
    @Nullable Decision serve(
            RequestFacts facts, boolean keepAlive, long since, Rules rules, Rules.Site site, PlainClient client) {
        Decision decision = flow.decide(facts, false, rules, site);
        return decision instanceof Decision.Reused reused
                        && reused.reuse() instanceof Reuse.Serve serve
                        && hits.serve(serve, facts, rules, site, keepAlive, since, client)
                ? null
                : decision;
    }
}
