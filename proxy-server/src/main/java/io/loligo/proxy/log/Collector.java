package io.loligo.proxy.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends lines of an access log over the network. It has a queue and a thread of its own, so a collector that is away, slow or
 * mad costs nobody but itself: at most {@link #LINES_MAX} lines wait for it, with at most as many bytes as it may hold; those
 * that find the queue full are dropped and counted. The cache log says when trouble begins, and how much it was when it is
 * over.
 */
final class Collector implements LineSink {
    /** Lines that may wait for a collector. */
    static final int LINES_MAX = 1 << 16;
    /** Bytes of lines that may wait for a collector where buffer-size= says nothing. */
    static final int QUEUE_BYTES = 8 << 20;
    /** How long the end waits for a collector to take what waits for it. */
    static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

    /** What a line in the queue holds besides its own bytes. */
    private static final int LINE_BYTES = 24;

    /** How lines travel; used by the collector's own thread, {@link #give} by any. */
    interface Wire extends AutoCloseable {
        /** Sends {@code line}, or holds it back until {@link #flush}. May wait. */
        void send(byte[] line);

        /** Sends what is held back. May wait. */
        void flush();

        /** Waits for nothing any more: what is not sent is lost. */
        void give();

        @Override
        void close();
    }

    /** Makes the message of a line; called by the thread that writes the logs. */
    interface Envelope {
        byte[] of(byte[] line);
    }

    /** The line itself. */
    static final Envelope PLAIN = line -> line;

    private final Wire wire;
    private final Envelope envelope;
    private final LongAdder faults;
    private final WriterQueue<byte[]> queue;

    /**
     * @param name of the destination, for messages: {@code tcp://logs.example.org:5514}
     * @param queueBytes how many bytes of lines may wait
     * @param faults counts what fails on {@code wire}
     */
    Collector(String name, Wire wire, Envelope envelope, long queueBytes, LongAdder faults, RecurringWarning warnings) {
        this.wire = wire;
        this.envelope = envelope;
        this.faults = faults;
        this.queue = new WriterQueue<>("loligo-log-" + name, LINES_MAX, queueBytes, new WriterQueue.Sink<>() {
            private long reported;

            @Override
            public void write(byte[] line) {
                wire.send(line);
            }

            @Override
            public int bytes(byte[] line) {
                return LINE_BYTES + line.length;
            }

            @Override
            public void drained() {
                wire.flush();
                long dropped = queue.dropped();
                if (dropped > reported) {
                    report(dropped - reported);
                    reported = dropped;
                }
            }

            @Override
            public void dropping() {
                report(0);
            }

            private void report(long lines) {
                warnings.met(
                        "access_log " + name + ": lines were dropped",
                        lines,
                        () -> "access_log " + name
                                + ": lines are dropped, the collector does not take them fast enough and " + queueBytes
                                + " bytes wait for it");
            }
        });
    }

    @Override
    public void append(CharSequence line) {
        queue.offer(envelope.of(line.toString().getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** The collector's thread sends as soon as nothing more waits. */
    @Override
    public void flush() {}

    @Override
    public long faults() {
        return faults.sum();
    }

    @Override
    public long dropped() {
        return queue.dropped();
    }

    @Override
    public void close() {
        if (!queue.awaitWritten(CLOSE_WAIT)) {
            wire.give();
        }
        queue.close();
        wire.close();
    }
}
