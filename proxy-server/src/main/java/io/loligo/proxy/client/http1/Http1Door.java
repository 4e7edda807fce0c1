package io.loligo.proxy.client.http1;

import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.Transaction;
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
    private final Http1Context context;

    /**
     * @param portKey the listener, as {@link Rules#portKey} names it
     * @param record gets each transaction at its end
     * @param active counts the exchanges that are not at their end
     */
    public Http1Door(
            String portKey, LiveConfiguration live, RequestFlow flow, Consumer<Transaction> record, LongAdder active) {
        context = new Http1Context(portKey, live, flow, record, active, new PlainRequests(flow, record));
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
        new Http1Connection(channel, context, named).begin(first, closed);
    }
}
