package io.loligo.proxy.client.http1;

import io.loligo.proxy.config.Configuration.Timeouts;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.Transaction;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * Step 1, receive, for HTTP/1.1: takes the connections of one listener, whose requests it reads and whose answers it writes.
 * Used by every I/O thread.
 */
public final class Http1Door {
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
    public Http1Door(
            String portKey, LiveConfiguration live, RequestFlow flow, Consumer<Transaction> record, LongAdder active) {
        this.portKey = portKey;
        this.live = live;
        this.flow = flow;
        this.record = record;
        this.active = active;
        this.plainRequests = new PlainRequests(flow, record);
    }

    /**
     * Serves a connection from here on. Called on its I/O thread.
     *
     * @param named who the client is and which address it connected to, where a PROXY header said so; null for the addresses
     *     of the connection
     * @param first what was received already; its bytes are copied
     * @param closed run once when the connection is closed, on any thread
     */
    public void serve(StreamConnection channel, @Nullable NamedAddresses named, ByteBuffer first, Runnable closed) {
        new Http1Connection(channel, this, named).begin(first, closed);
    }

    /**
     * The two ends of a connection, as somebody between them names them.
     *
     * @param client the client
     * @param local the address that the client connected to
     */
    public record NamedAddresses(InetSocketAddress client, InetSocketAddress local) {}

    Rules rules() {
        return live.current();
    }

    /** Null when a reload took the listener away. */
    Rules.@Nullable Site site(Rules rules) {
        return rules.site(portKey);
    }

    RequestFlow flow() {
        return flow;
    }

    Consumer<Transaction> record() {
        return record;
    }

    PlainRequests plainRequests() {
        return plainRequests;
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
        return active.sum()
                >= rules.configuration().limits().clientConnections().requestsMax();
    }
}
