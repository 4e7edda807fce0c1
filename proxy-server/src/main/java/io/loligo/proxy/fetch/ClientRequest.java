package io.loligo.proxy.fetch;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.reuse.ReuseRules;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.Rules;

/**
 * The client's request that a fetch is for. It outlives the exchange: a fetch may go on when its client has left.
 *
 * @param facts the request, for access lists that look at the answer too
 * @param head the request's head, which a stored answer is selected by
 * @param key what the answer is stored under
 * @param rules the rules that the fetch was decided under
 * @param reuse the operator's part in what the answer means
 */
record ClientRequest(RequestFacts facts, RequestHead head, CacheKey key, Rules rules, ReuseRules reuse) {

    static ClientRequest of(Exchange x) {
        return new ClientRequest(
                x.facts(),
                x.rules().asOriginSees(x.facts()),
                x.key(),
                x.rules(),
                x.site().reuse());
    }
}
