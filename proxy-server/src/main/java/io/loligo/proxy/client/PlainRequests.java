package io.loligo.proxy.client;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.reuse.Reuse;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.Decision;
import io.loligo.proxy.flow.Deliberation;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.Transaction;
import java.util.function.Consumer;

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
        Decision decision = flow.decide(facts, false, rules, site);
        if (decision instanceof Decision.Reused reused
                && reused.reuse() instanceof Reuse.Serve serve
                && hits.serve(serve, facts, rules, site, since, client)) {
            return true;
        }
        ConnectionClient turn = new ConnectionClient(client, rules, client.plainSequel());
        turn.understood(head.version(), !PlainHeadParser.closes(head.fields()));
        Exchange x = new Exchange(turn, rules, site, record);
        x.understood(head);
        x.located(facts);
        client.beginsPlain(turn);
        try {
            flow.act(x, decision);
        } catch (RuntimeException | Error e) {
            x.failed(e);
        }
        return true;
    }
}
