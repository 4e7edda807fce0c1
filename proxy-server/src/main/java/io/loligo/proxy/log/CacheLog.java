package io.loligo.proxy.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Squid's cache_log: what the server has to say, one line each, {@code YYYY/MM/DD hh:mm:ss| text}, in a file or on
 * standard error. Everything that is logged through {@link System.Logger}, java.util.logging, SLF4J or JBoss Logging
 * ends here; of libraries only warnings and worse.
 *
 * <p>Threads that log do not wait for the file: at most {@link #QUEUE_LIMIT} lines, and {@link #QUEUE_BYTES}, wait for the
 * thread {@value #THREAD_NAME}. Those that find the queue full are dropped and counted; the log says so once when it begins
 * and once, with the count, when it is over.
 */
public final class CacheLog implements AutoCloseable {
    /** Lines that may wait to be written. */
    public static final int QUEUE_LIMIT = 1 << 12;

    /** Bytes that they may hold: 4 MB. */
    public static final long QUEUE_BYTES = 4 << 20;

    static final String THREAD_NAME = "loligo-cache-log";

    private static final System.Logger LOG = System.getLogger(CacheLog.class.getName());

    /** Loggers of libraries whose everyday talk is not the operator's business. Held here: JUL forgets loggers. */
    private static final List<Logger> QUIET = List.of(
            Logger.getLogger("org.xnio"),
            Logger.getLogger("io.undertow"),
            Logger.getLogger("org.jboss"),
            Logger.getLogger("net.openhft"),
            Logger.getLogger("com.sun.net.httpserver"),
            Logger.getLogger("jdk"),
            Logger.getLogger("sun"));

    private final @Nullable LogFile file;
    private final WriterQueue<String> queue;
    private final LineHandler handler;

    private CacheLog(@Nullable LogFile file, PrintStream standardError) {
        this.file = file;
        this.queue = new WriterQueue<>(THREAD_NAME, QUEUE_LIMIT, QUEUE_BYTES, new WriterQueue.Sink<>() {
            private final RecurringWarning drops = new RecurringWarning(LOG);
            private long droppedReported;

            @Override
            public int bytes(String item) {
                return item.length();
            }

            @Override
            public void write(String item) {
                if (file == null) {
                    standardError.print(item);
                } else {
                    file.append(item);
                }
            }

            @Override
            public void drained() {
                if (file == null) {
                    standardError.flush();
                } else {
                    file.flush();
                }
                // Now there is room for this line.
                long dropped = queue.dropped();
                if (dropped > droppedReported) {
                    drops.met(
                            "cache_log: lines were dropped",
                            dropped - droppedReported,
                            () -> "cache_log: lines were dropped, the queue of " + QUEUE_LIMIT + " lines and "
                                    + (QUEUE_BYTES >> 20) + " MB was full");
                    droppedReported = dropped;
                }
            }
        });
        this.handler = new LineHandler(queue);
    }

    /**
     * Sends all logging of this process to {@code path}, or to standard error when it is null.
     *
     * @throws IOException when the file cannot be written; the message names it and says why
     */
    public static CacheLog install(@Nullable Path path) throws IOException {
        PrintStream standardError =
                new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8);
        CacheLog log = new CacheLog(path == null ? null : new LogFile(path), standardError);
        Logger root = LogManager.getLogManager().getLogger("");
        for (Handler other : root.getHandlers()) {
            root.removeHandler(other);
        }
        root.addHandler(log.handler);
        root.setLevel(Level.INFO);
        for (Logger logger : QUIET) {
            Level level = logger.getLevel();
            // Who uses the library may have made it quieter still.
            if (level == null || level.intValue() < Level.WARNING.intValue()) {
                logger.setLevel(Level.WARNING);
            }
        }
        AcceptFailures.XNIO.setFilter(new AcceptFailures(new RecurringWarning(LOG)));
        return log;
    }

    /** Rotates the file soon, keeping {@code keep} old ones; 0 only reopens it. */
    public void rotate(int keep) {
        queue.order(() -> {
            if (file != null) {
                file.rotate(keep);
            }
        });
    }

    /** Lines that were dropped because the queue was full, and writes that failed. */
    public long faults() {
        return queue.dropped() + (file == null ? 0 : file.faults());
    }

    /** Waits until the lines that were logged before this call are written. */
    void awaitWritten() {
        queue.awaitWritten();
    }

    /** Writes what is queued, closes the file and leaves logging without a destination. */
    @Override
    public void close() {
        LogManager.getLogManager().getLogger("").removeHandler(handler);
        queue.close();
        if (file != null) {
            file.close();
        }
    }

    /** Makes lines of records, on the thread that logs, and queues them. */
    private static final class LineHandler extends Handler {
        private final WriterQueue<String> queue;

        LineHandler(WriterQueue<String> queue) {
            this.queue = queue;
            setFormatter(new LineFormatter(ZoneId.systemDefault()));
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                queue.offer(getFormatter().format(record));
            }
        }

        @Override
        public void flush() {
            // The writer flushes whenever nothing more waits.
        }

        @Override
        public void close() {
            // CacheLog.close() ends the queue, once.
        }
    }

    /** {@code YYYY/MM/DD hh:mm:ss| text}; warnings and errors say so; a stack trace follows on lines of its own. */
    static final class LineFormatter extends Formatter {
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss'| '");
        /** Frames of a stack trace that are printed. */
        private static final int FRAMES_LIMIT = 40;

        private final ZoneId zone;

        LineFormatter(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public String format(LogRecord record) {
            String time = TIME.format(ZonedDateTime.ofInstant(record.getInstant(), zone));
            StringBuilder text = new StringBuilder(128).append(time);
            if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
                text.append("ERROR: ");
            } else if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
                text.append("WARNING: ");
            }
            oneLine(text, String.valueOf(formatMessage(record)));
            for (Throwable cause = record.getThrown(); cause != null; cause = cause.getCause()) {
                text.append(time).append("    ");
                oneLine(text, cause.toString());
                StackTraceElement[] frames = cause.getStackTrace();
                for (int i = 0; i < Math.min(frames.length, FRAMES_LIMIT); i++) {
                    text.append(time).append("        at ").append(frames[i]).append('\n');
                }
            }
            return text.toString();
        }

        /** Control characters are made visible: what a client or an origin sent cannot begin a line of its own. */
        private static void oneLine(StringBuilder text, String message) {
            for (int i = 0; i < message.length(); i++) {
                char c = message.charAt(i);
                if (Character.isISOControl(c)) {
                    text.append(String.format("%%%02X", (int) c));
                } else {
                    text.append(c);
                }
            }
            text.append('\n');
        }
    }
}
