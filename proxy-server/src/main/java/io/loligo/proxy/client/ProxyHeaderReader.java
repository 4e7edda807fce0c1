package io.loligo.proxy.client;

import io.loligo.proxy.log.RecurringWarning;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Reads the PROXY header of one connection, before anything else is read of it. A connection without one, or whose header does
 * not come in time, is closed. Used on the connection's I/O thread.
 */
final class ProxyHeaderReader implements ReadReadyHandler {
    private static final System.Logger LOG = System.getLogger(ProxyHeaderReader.class.getName());
    private static final RecurringWarning WARNINGS = new RecurringWarning(LOG);

    private final StreamConnection connection;
    private final StreamSourceConduit source;
    private final BiConsumer<ProxyProtocolHeader, ByteBuffer> then;
    private final XnioExecutor.Key timer;
    private final ByteBuffer bytes = ByteBuffer.allocate(ProxyProtocolHeader.LENGTH_MAX);

    private ProxyHeaderReader(
            StreamConnection connection, Duration longest, BiConsumer<ProxyProtocolHeader, ByteBuffer> then) {
        this.connection = connection;
        this.source = connection.getSourceChannel().getConduit();
        this.then = then;
        this.timer = connection
                .getIoThread()
                .executeAfter(() -> IoUtils.safeClose(connection), longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Reads the header of {@code connection}.
     *
     * @param longest how long it may take
     * @param closed run when the connection is closed before its header has been read
     * @param then gets the header and the bytes that came behind it
     */
    static void read(
            StreamConnection connection,
            Duration longest,
            Runnable closed,
            BiConsumer<ProxyProtocolHeader, ByteBuffer> then) {
        ProxyHeaderReader reader = new ProxyHeaderReader(connection, longest, then);
        connection.setCloseListener(gone -> {
            reader.timer.remove();
            closed.run();
        });
        reader.source.setReadReadyHandler(reader);
        reader.source.resumeReads();
    }

    @Override
    public void readReady() {
        int got;
        try {
            got = source.read(bytes);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection broke before its PROXY header", e);
            got = -1;
        }
        if (got < 0) {
            IoUtils.safeClose(connection);
            return;
        }
        ByteBuffer arrived = bytes.duplicate().flip();
        ProxyProtocolHeader.Reading reading = ProxyProtocolHeader.read(arrived);
        if (reading instanceof ProxyProtocolHeader.Complete complete) {
            timer.remove();
            arrived.position(complete.header().length());
            then.accept(complete.header(), arrived);
        } else if (reading instanceof ProxyProtocolHeader.Malformed malformed) {
            refuse(malformed.why());
        }
    }

    private void refuse(String why) {
        WARNINGS.met(
                "a port with require-proxy-header closed a connection",
                () -> "a port with require-proxy-header closed a connection: " + why);
        IoUtils.safeClose(connection);
    }

    @Override
    public void forceTermination() {
        IoUtils.safeClose(connection);
    }

    @Override
    public void terminated() {
        // The close listener is told.
    }
}
