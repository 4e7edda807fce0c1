package io.loligo.proxy.client.http1;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.reuse.Reuse;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.Decision;
import io.loligo.proxy.flow.Deliberation;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.http1.RequestHeadReader;
import io.loligo.proxy.log.Transaction;
import java.util.function.Consumer;

/**
 * The short way: a plain request, as {@link RequestHeadReader#isPlain} means it, is deliberated on before an exchange is made for
 * it. A fresh stored response is sent as a {@linkplain PlainHits plain hit}; whatever else is decided, an exchange goes on from
 * there by the same steps as on the ordinary way.
 *
 * <p>One per listener; used by every I/O thread.
 */
final class PlainRequests {
    private final RequestFlow flow;
    private final Consumer<Transaction> record;
    private final PlainHits hits;

    /** @param record gets each transaction at its end */
    PlainRequests(RequestFlow flow, Consumer<Transaction> record) {
        this.flow = flow;
        this.record = record;
        this.hits = new PlainHits(flow.serveStored(), record);
    }

    /**
     * Serves {@code head}; does nothing where its listener's lines ask for more than this way has.
     *
     * @param keepAlive whether the client lets the connection stay
     * @param since when it was read, epoch milliseconds
     * @return whether it is served, or being served
     */
    boolean serve(
            RequestHead head, boolean keepAlive, long since, Rules rules, Rules.Site site, Http1Connection client) {
        if (flow.draining()
                || site.port().actAsOrigin()
                || rules.isSurrogate()
                || !rules.configuration().forwarding().clientPersistentConnections()) {
            return false;
        }
        TargetUri target = Deliberation.locate(head, null, null, site);
        if (!(target instanceof EffectiveUri uri)) {
            return false;
        }
        RequestFacts facts = client.facts(head, uri, site);
        Decision decision = flow.decide(facts, false, rules, site);
        if (decision instanceof Decision.Reused reused
                && reused.reuse() instanceof Reuse.Serve serve
                && hits.serve(serve, facts, rules, site, keepAlive, since, client)) {
            return true;
        }
        Http1Client turn = new Http1Client(client, rules);
        turn.understood(head.version(), keepAlive);
        Exchange x = new Exchange(turn, rules, site, record);
        x.understood(head);
        x.located(facts);
        client.begins(turn);
        try {
            flow.act(x, decision);
        } catch (RuntimeException | Error e) {
            x.failed(e);
        }
        return true;
    }
}
