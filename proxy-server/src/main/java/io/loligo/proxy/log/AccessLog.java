package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.Logs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    /** Faults of files that are closed by now. */
    private final LongAdder earlierFaults = new LongAdder();

    private final RecurringWarning drops;
    /** Used by the writer thread. */
    private long droppedReported;

    /** The files of one configuration and how to write them. Replaced whole, by the writer thread. */
    private record Opened(Logs logs, List<Target> targets, List<LogFile> files, AccessLogLine lines) {

        /** Opens every file once, however many lines name it; those already open in {@code earlier} are kept. */
        static Opened open(Logs logs, List<LogFile> earlier) throws IOException {
            Map<Path, LogFile> kept = new LinkedHashMap<>();
            earlier.forEach(file -> kept.put(file.path(), file));
            Map<Path, LogFile> byPath = new LinkedHashMap<>();
            List<Target> targets = new ArrayList<>();
            try {
                for (AccessLogConfig config : logs.accessLogs()) {
                    LogFile file = null;
                    if (config.file() != null) {
                        Path path = config.file().toAbsolutePath().normalize();
                        file = byPath.get(path);
                        if (file == null) {
                            file = kept.containsKey(path) ? kept.get(path) : new LogFile(path);
                            byPath.put(path, file);
                        }
                    }
                    targets.add(new Target(config, file));
                }
            } catch (IOException unusable) {
                byPath.values().stream().filter(file -> !earlier.contains(file)).forEach(LogFile::close);
                throw unusable;
            }
            return new Opened(
                    logs,
                    List.copyOf(targets),
                    List.copyOf(byPath.values()),
                    new AccessLogLine(logs.stripQueryTerms(), logs.logMimeHeaders(), ZoneId.systemDefault()));
        }
    }

    /** One access_log line; without a file it is {@code none}. */
    private record Target(AccessLogConfig config, @Nullable LogFile file) {
        boolean matches(Transaction transaction) {
            if (config.access().rules().isEmpty()) {
                return config.access().emptyAllows();
            }
            RequestFacts facts = transaction.facts();
            return facts != null
                    ? config.access().decide(withReply(transaction, facts)).allowed()
                    : matchesAnything();
        }

        /** The facts with what is kept of the answer: its status and type. */
        private static RequestFacts withReply(Transaction transaction, RequestFacts facts) {
            String type = transaction.contentType();
            Fields fields = type == null ? Fields.EMPTY : Fields.of("Content-Type", type);
            return facts.withReply(new ResponseHead(transaction.status(), "", fields));
        }

        /** What could not be read has no facts to ask acls about: only a list of {@code all}, or none, takes it. */
        private boolean matchesAnything() {
            AccessList.Rule first = config.access().rules().get(0);
            return first.allows()
                    && first.terms().stream()
                            .allMatch(
                                    term -> !term.negated() && term.acl().name().equals("all"));
        }
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
        return new AccessLog(Opened.open(logs, List.of()), queueLimit, queueBytes, drops);
    }

    /** Logs {@code transaction} soon. Never waits and never fails. */
    public void record(Transaction transaction) {
        // With access_log none there is nobody to write for.
        if (!opened.files().isEmpty()) {
            queue.offer(transaction);
        }
    }

    /** Exchanges that were not logged because the queue was full. */
    public long dropped() {
        return queue.dropped();
    }

    /** Writes, openings and rotations of files that failed. */
    public long faults() {
        long faults = earlierFaults.sum();
        for (LogFile file : opened.files()) {
            faults += file.faults();
        }
        return faults;
    }

    /** Rotates every file soon, as logfile_rotate says; 0 only reopens them. */
    public void rotate() {
        queue.order(
                () -> opened.files().forEach(file -> file.rotate(opened.logs().rotate())));
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
        Opened after = Opened.open(next, before.files());
        queue.limitBytes(queueBytes);
        queue.order(() -> {
            flush();
            opened = after;
            for (LogFile file : before.files()) {
                if (!after.files().contains(file)) {
                    file.close();
                    earlierFaults.add(file.faults());
                }
            }
        });
        queue.awaitWritten();
    }

    private void writeLines(Transaction transaction) {
        Opened now = opened;
        for (Target target : now.targets()) {
            if (target.matches(transaction)) {
                LogFile file = target.file();
                if (file == null) {
                    return;
                }
                line.setLength(0);
                now.lines().append(line, target.config().format(), transaction);
                file.append(line);
            }
        }
    }

    private void flush() {
        if (!opened.logs().bufferedLogs()) {
            opened.files().forEach(LogFile::flush);
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
        opened.files().forEach(LogFile::close);
    }
}
