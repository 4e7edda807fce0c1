package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.Logs;
import io.loligo.proxy.config.LogDestination;
import io.loligo.proxy.config.LogFormat;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Squid's access_log: one line per exchange in each log whose acls match. {@link #record} may be called by any thread
 * and never waits; the acls are evaluated, the lines made and the files written by the thread {@value #THREAD_NAME}.
 *
 * <p>At most {@link #QUEUE_LIMIT} exchanges wait for that thread, with at most log_queue_max_size of bytes. Those that find the
 * queue full are not logged but counted ({@link #dropped}); the cache log says so once when it begins and once, with the
 * count, when it is over. Writes that fail are counted too ({@link #faults}) and never stop the server.
 */
public final class AccessLog implements AutoCloseable {
    /** Exchanges that may wait to be written. */
    public static final int QUEUE_LIMIT = 1 << 14;

    static final String THREAD_NAME = "loligo-access-log";

    private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());

    private final WriterQueue<Transaction> queue;
    private final StringBuilder line = new StringBuilder(512);
    private volatile Opened opened;
    /** Faults of files and collectors that are closed by now. */
    private final LongAdder earlierFaults = new LongAdder();
    /** Lines that those collectors dropped. */
    private final LongAdder earlierDropped = new LongAdder();

    private final RecurringWarning drops;
    /** Used by the writer thread. */
    private long droppedReported;
    /** Transactions written so far. Used by the writer thread. */
    private long sequence;

    /** The sinks of one configuration and how to write to them. Replaced whole, by the writer thread. */
    private record Opened(Logs logs, List<Target> targets, Map<Destination, LineSink> sinks, LineSettings settings) {

        /** Opens every destination once, however many lines name it; those already open in {@code earlier} are kept. */
        static Opened open(Logs logs, Map<Destination, LineSink> earlier) throws IOException {
            Map<Destination, LineSink> sinks = new LinkedHashMap<>();
            List<Target> targets = new ArrayList<>();
            LineSettings settings = new LineSettings(logs.stripQueryTerms(), logs.clientMask(), ZoneId.systemDefault());
            AccessLogLine builtIn = new AccessLogLine(settings, logs.logMimeHeaders());
            try {
                for (AccessLogConfig config : logs.accessLogs()) {
                    Destination destination = Destination.of(config, logs);
                    LineSink sink = sinks.get(destination);
                    if (sink == null && !(config.destination() instanceof LogDestination.None)) {
                        sink = earlier.containsKey(destination) ? earlier.get(destination) : destination.open();
                        sinks.put(destination, sink);
                    }
                    targets.add(new Target(config, format(config.format(), builtIn, settings), sink));
                }
            } catch (IOException unusable) {
                sinks.forEach((destination, sink) -> {
                    if (!earlier.containsKey(destination)) {
                        sink.close();
                    }
                });
                throw unusable;
            }
            return new Opened(logs, List.copyOf(targets), sinks, settings);
        }

        private static LineFormat format(LogFormat format, AccessLogLine builtIn, LineSettings settings) {
            if (format instanceof LogFormat.Custom custom) {
                return new FormattedLine(custom, settings);
            }
            LogFormat.BuiltIn one = (LogFormat.BuiltIn) format;
            return (line, transaction) -> builtIn.append(line, one, transaction);
        }

        /** How many old files {@code destination} keeps: the first rotate= of its lines, else logfile_rotate. */
        int rotate(Destination destination) {
            return logs.accessLogs().stream()
                    .filter(config -> config.rotate() != AccessLogConfig.AS_LOGFILE_ROTATE
                            && Destination.of(config, logs).equals(destination))
                    .findFirst()
                    .map(AccessLogConfig::rotate)
                    .orElse(logs.rotate());
        }
    }

    /**
     * What is opened once.
     *
     * @param to a file's path is absolute
     * @param collector the address that lines are sent to; null for files
     * @param queueBytes how much may wait for the collector; 0 for files
     */
    private record Destination(LogDestination to, LogDestination.@Nullable Address collector, long queueBytes) {
        static Destination of(AccessLogConfig config, Logs logs) {
            long bytes = config.bufferBytes() == 0 ? Collector.QUEUE_BYTES : config.bufferBytes();
            LogDestination to = config.destination();
            if (to instanceof LogDestination.File file) {
                return new Destination(
                        new LogDestination.File(file.path().toAbsolutePath().normalize()), null, 0);
            } else if (to instanceof LogDestination.Tcp tcp) {
                return new Destination(to, tcp.collector(), bytes);
            } else if (to instanceof LogDestination.Udp udp) {
                return new Destination(to, udp.collector(), bytes);
            } else if (to instanceof LogDestination.Syslog) {
                return new Destination(to, logs.syslogServer(), bytes);
            }
            return new Destination(to, null, 0);
        }

        LineSink open() throws IOException {
            if (to instanceof LogDestination.File file) {
                return new LogFile(file.path());
            }
            LogDestination.Address address = Objects.requireNonNull(collector, "only a file has no collector");
            String name = (to instanceof LogDestination.Tcp
                            ? "tcp://"
                            : to instanceof LogDestination.Udp ? "udp://" : "syslog ")
                    + address;
            LongAdder faults = new LongAdder();
            RecurringWarning warnings = new RecurringWarning(LOG);
            Collector.Wire wire = to instanceof LogDestination.Tcp
                    ? new TcpWire(name, address, faults, warnings)
                    : new UdpWire(name, address, faults, warnings);
            Collector.Envelope envelope = to instanceof LogDestination.Syslog syslog
                    ? new SyslogEnvelope(
                            syslog.priority(),
                            ProcessHandle.current().pid(),
                            ZoneId.systemDefault(),
                            System::currentTimeMillis)
                    : Collector.PLAIN;
            return new Collector(name, wire, envelope, queueBytes, faults, warnings);
        }
    }

    /** One access_log line; without a sink it is {@code none}. */
    private record Target(
            AccessLogConfig config,
            LineFormat format,
            @Nullable LineSink sink) {
        boolean matches(Transaction transaction) {
            return allows(config.access(), transaction);
        }
    }

    /** Whether {@code list}, which may look at the status and the type of the answer, allows {@code transaction}. */
    public static boolean allows(AccessList list, Transaction transaction) {
        if (list.rules().isEmpty()) {
            return list.emptyAllows();
        }
        RequestFacts facts = transaction.facts();
        return facts != null ? list.decide(withReply(transaction, facts)).allowed() : allowsAnything(list);
    }

    /** The facts with what is kept of the answer: its status and type. */
    private static RequestFacts withReply(Transaction transaction, RequestFacts facts) {
        String type = transaction.contentType();
        Fields fields = type == null ? Fields.EMPTY : Fields.of("Content-Type", type);
        return facts.withReply(new ResponseHead(transaction.status(), "", fields));
    }

    /** What could not be read has no facts to ask acls about: only a list of {@code all}, or none, takes it. */
    private static boolean allowsAnything(AccessList list) {
        AccessList.Rule first = list.rules().get(0);
        return first.allows()
                && first.terms().stream()
                        .allMatch(term -> !term.negated() && term.acl().name().equals("all"));
    }

    private AccessLog(Opened opened, int queueLimit, long queueBytes, RecurringWarning drops) {
        this.opened = opened;
        this.drops = drops;
        this.queue = new WriterQueue<>(THREAD_NAME, queueLimit, queueBytes, new WriterQueue.Sink<>() {
            @Override
            public void write(Transaction item) {
                writeLines(item);
            }

            @Override
            public int bytes(Transaction item) {
                return item.heapBytes();
            }

            @Override
            public void dropping() {
                report(0);
            }

            @Override
            public void drained() {
                flush();
                reportDrops();
            }
        });
    }

    /**
     * Opens the logs and starts the writer thread.
     *
     * @param queueBytes log_queue_max_size: bytes of heap that exchanges may hold while they wait to be written
     * @throws IOException when a file cannot be written; the message names it and says why
     */
    public static AccessLog open(Logs logs, long queueBytes) throws IOException {
        return open(logs, QUEUE_LIMIT, queueBytes, new RecurringWarning(LOG));
    }

    static AccessLog open(Logs logs, int queueLimit, long queueBytes, RecurringWarning drops) throws IOException {
        return new AccessLog(Opened.open(logs, Map.of()), queueLimit, queueBytes, drops);
    }

    /** Logs {@code transaction} soon. Never waits and never fails. */
    public void record(Transaction transaction) {
        // With access_log none there is nobody to write for.
        if (!opened.sinks().isEmpty()) {
            queue.offer(transaction);
        }
    }

    /** Exchanges that were not logged because the queue was full, and lines for collectors that found theirs full. */
    public long dropped() {
        long dropped = queue.dropped() + earlierDropped.sum();
        for (LineSink sink : opened.sinks().values()) {
            dropped += sink.dropped();
        }
        return dropped;
    }

    /** Writes, openings and rotations of files that failed, and connections to collectors. */
    public long faults() {
        long faults = earlierFaults.sum();
        for (LineSink sink : opened.sinks().values()) {
            faults += sink.faults();
        }
        return faults;
    }

    /** Rotates every file soon, as logfile_rotate says; 0 only reopens them. */
    public void rotate() {
        queue.order(() -> {
            Opened now = opened;
            now.sinks().forEach((destination, sink) -> {
                if (sink instanceof LogFile file) {
                    file.rotate(now.rotate(destination));
                }
            });
        });
    }

    /** Waits until what was recorded and ordered before is done. */
    void awaitWritten() {
        queue.awaitWritten();
    }

    /**
     * Goes over to {@code next}: files that both configurations name stay open, the others are opened now and closed
     * after what was recorded before is written. Waits for that, so it is not for I/O threads.
     *
     * @param queueBytes log_queue_max_size
     * @throws IOException when a file cannot be written; then everything stays as it was
     */
    public synchronized void reconfigure(Logs next, long queueBytes) throws IOException {
        Opened before = opened;
        Opened after = Opened.open(next, before.sinks());
        queue.limitBytes(queueBytes);
        queue.order(() -> {
            flush();
            opened = after;
        });
        queue.awaitWritten();
        before.sinks().forEach((destination, sink) -> {
            if (!after.sinks().containsKey(destination)) {
                queue.order(() -> closeEarlier(sink));
            }
        });
        queue.awaitWritten();
    }

    private void closeEarlier(LineSink sink) {
        sink.close();
        earlierFaults.add(sink.faults());
        earlierDropped.add(sink.dropped());
    }

    private void writeLines(Transaction transaction) {
        Opened now = opened;
        now.settings().next(sequence++);
        for (Target target : now.targets()) {
            if (target.matches(transaction)) {
                LineSink sink = target.sink();
                if (sink == null) {
                    return;
                }
                line.setLength(0);
                target.format().append(line, transaction);
                sink.append(line);
            }
        }
    }

    private void flush() {
        if (!opened.logs().bufferedLogs()) {
            opened.sinks().values().forEach(LineSink::flush);
        }
    }

    private void reportDrops() {
        long dropped = queue.dropped();
        if (dropped > droppedReported) {
            report(dropped - droppedReported);
            droppedReported = dropped;
        }
    }

    private void report(long lines) {
        drops.met(
                "access_log: lines were dropped",
                lines,
                () -> "access_log: lines are dropped, the queue of " + QUEUE_LIMIT
                        + " lines and log_queue_max_size bytes is full");
    }

    /** Writes what is queued and closes the files. */
    @Override
    public void close() {
        queue.close();
        opened.sinks().values().forEach(LineSink::close);
    }
}
