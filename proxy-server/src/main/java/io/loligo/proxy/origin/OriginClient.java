package io.loligo.proxy.origin;

import io.undertow.connector.ByteBufferPool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/**
 * Our own HTTP/1.1 client towards the peers. {@link #send} runs on the client connection's I/O thread and never blocks;
 * each I/O thread keeps its own idle connections.
 */
public final class OriginClient implements AutoCloseable {
    public OriginClient(XnioWorker worker, ByteBufferPool buffers, InstantSource clock, OriginSettings settings) {}

    public void reconfigure(OriginSettings next) {}

    public void start(List<Peer> peers, Duration wait) throws InterruptedException {}

    public void retire(List<Peer> peers) {}

    public Call send(OriginRequest request, List<Candidate> candidates, XnioIoThread thread, OriginHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    public interface Call {
        void cancel();
    }
}
