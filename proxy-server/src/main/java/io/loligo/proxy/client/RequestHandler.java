package io.loligo.proxy.client;

import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.origin.BodyFraming;
import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Step 1, receive: an Undertow exchange becomes a request with one meaning, or is refused. One per listener; called on
 * I/O threads.
 */
public final class RequestHandler implements HttpHandler {

    private final String portKey;
    private final LiveConfiguration live;
    private final RequestFlow flow;
    private final Consumer<Transaction> record;
    private final LongAdder active;
    private final PlainRequests plainRequests;

    /**
     * @param portKey the listener, as {@link Rules#portKey} names it
     * @param record gets each transaction at its end
     * @param active counts the exchanges that are not at their end
     */
    public RequestHandler(
            String portKey, LiveConfiguration live, RequestFlow flow, Consumer<Transaction> record, LongAdder active) {
        this.portKey = portKey;
        this.live = live;
        this.flow = flow;
        this.record = record;
        this.active = active;
        this.plainRequests = new PlainRequests(portKey, live, flow, record);
    }

    /** What serves the listener's plain requests before Undertow sees them. */
    PlainRequests plainRequests() {
        return plainRequests;
    }

    LongAdder active() {
        return active;
    }

    @Override
    public void handleRequest(HttpServerExchange undertow) {
        // Taken whatever becomes of the request: the next one's must be the next.
        RequestHeadConduit heads = RequestHeadConduit.of(undertow);
        HeadFacts facts = heads.take();
        Rules rules = live.current();
        Rules.Site site = rules.site(portKey);
        if (site == null) {
            // The listener is on its way out: a reload took its line away.
            undertow.setPersistent(false);
            undertow.setStatusCode(503);
            undertow.endExchange();
            return;
        }
        ConnectionClient client = new ConnectionClient(heads.client(), rules, new UndertowSequel(undertow));
        Exchange x = new Exchange(client, rules, site, record);
        heads.client().begins(client);
        // From here on the exchange ends when its answer has, not when this method returns.
        undertow.dispatch(SameThreadExecutor.INSTANCE, () -> receive(x, client, undertow, facts));
    }

    private void receive(Exchange x, ConnectionClient client, HttpServerExchange undertow, @Nullable HeadFacts facts) {
        try {
            RequestCheck.Checked checked = RequestCheck.check(
                    undertow, facts, x.rules().configuration().limits());
            if (checked instanceof RequestCheck.Accepted accepted) {
                x.understood(accepted.head());
                client.understood(accepted.head().version(), accepted.keepAlive() && !flow.draining());
                if (accepted.framing().kind() != BodyFraming.Kind.NONE) {
                    client.withBody(body(x, client, undertow, accepted));
                }
                flow.handle(x, accepted.scheme(), accepted.authority());
            } else if (checked instanceof RequestCheck.Refused refused) {
                client.closeAfterwards();
                x.refuse(
                        refused.page(),
                        refused.status(),
                        refused.reason(),
                        ResultCode.NONE_NONE,
                        "It has " + refused.why() + ".");
            }
        } catch (RuntimeException | Error e) {
            x.failed(e);
        }
    }

    private static ClientRequestBody body(
            Exchange x, ConnectionClient client, HttpServerExchange undertow, RequestCheck.Accepted accepted) {
        Configuration configuration = x.rules().configuration();
        return new ClientRequestBody(
                undertow,
                client.sender(),
                accepted.framing(),
                accepted.expectsContinue(),
                configuration.limits().requestBodyMaxSize(),
                configuration.timeouts().requestTimeout());
    }

    /** Undertow reads the next request once its own exchange is over. */
    private static final class UndertowSequel implements ConnectionClient.Sequel {
        private final HttpServerExchange undertow;

        private UndertowSequel(HttpServerExchange undertow) {
            this.undertow = undertow;
        }

        @Override
        public void answered(boolean keepAlive) {
            undertow.setPersistent(keepAlive);
            Connectors.terminateRequest(undertow);
            Connectors.terminateResponse(undertow);
        }

        @Override
        public void cut() {
            undertow.setPersistent(false);
        }
    }
}
