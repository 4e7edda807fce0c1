package io.loligo.proxy.client.http1;

import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.Transaction;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one listener share. Used by every I/O thread.
 *
 * @param portKey the listener, as {@link Rules#portKey} names it
 * @param live the configuration in force at any time
 * @param record gets each transaction at its end
 * @param active counts the exchanges that are not at their end
 * @param plainRequests answers plain requests from the store
 */
record Http1Context(
        String portKey,
        LiveConfiguration live,
        RequestFlow flow,
        Consumer<Transaction> record,
        LongAdder active,
        PlainRequests plainRequests) {

    Rules rules() {
        return live.current();
    }

    /** Null when a reload took the listener away. */
    Rules.@Nullable Site site(Rules rules) {
        return rules.site(portKey);
    }

    Timeouts timeouts() {
        return live.current().configuration().timeouts();
    }

    /** An exchange has begun. */
    void begins() {
        active.increment();
    }

    /** An exchange is at its end. */
    void ended() {
        active.decrement();
    }

    /** Whether there are as many requests under way as client_max_requests allows. */
    boolean isFull(Rules rules) {
        return active.sum() > rules.configuration().limits().clientConnections().requestsMax();
    }
}
