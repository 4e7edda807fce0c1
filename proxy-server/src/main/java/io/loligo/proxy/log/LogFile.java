package io.loligo.proxy.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are added to: buffered, rotated, and never a reason to stop. Used by one thread after it was
 * opened; {@link #faults} by any. A fault loses the lines in the buffer and is counted; the file is opened anew at the
 * earliest {@link #RETRY_NANOS} later.
 */
final class LogFile implements LineSink {
    /** Bytes that are held back at most before they are written. */
    static final int BUFFER_BYTES = 64 << 10;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final System.Logger LOG = System.getLogger(LogFile.class.getName());

    private final Path path;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final LongAdder faults = new LongAdder();
    private @Nullable FileChannel channel;
    private long retryAt;

    /**
     * Opens {@code path} for appending, creating it if need be.
     *
     * @throws IOException with a message that names the file and says why it cannot be written
     */
    LogFile(Path path) throws IOException {
        this.path = path;
        this.channel = open(path);
    }

    private static FileChannel open(Path path) throws IOException {
        try {
            return FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new IOException("cannot write the log file " + path + ": " + reason(failure), failure);
        }
    }

    private static String reason(IOException failure) {
        if (failure instanceof java.nio.file.NoSuchFileException) {
            return "no such directory";
        }
        if (failure instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        return String.valueOf(failure.getMessage());
    }

    Path path() {
        return path;
    }

    /** Writes that failed since the file was opened. */
    @Override
    public long faults() {
        return faults.sum();
    }

    /** Adds one line; {@code line} ends with a line feed and, as every log line here, is ASCII or Latin-1. */
    @Override
    public void append(CharSequence line) {
        // What is not Latin-1 becomes a question mark.
        byte[] bytes = line.toString().getBytes(StandardCharsets.ISO_8859_1);
        int written = 0;
        while (written < bytes.length) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int more = Math.min(buffer.remaining(), bytes.length - written);
            buffer.put(bytes, written, more);
            written += more;
        }
    }

    /** Hands what is buffered to the operating system. */
    @Override
    public void flush() {
        buffer.flip();
        if (buffer.hasRemaining()) {
            try {
                FileChannel open = opened();
                while (open != null && buffer.hasRemaining()) {
                    open.write(buffer);
                }
            } catch (IOException failure) {
                fault("writing to", failure);
            }
        }
        buffer.clear();
    }

    /** The open file; null when it is broken and not yet due for another attempt, which loses the buffer. */
    private @Nullable FileChannel opened() throws IOException {
        if (channel == null) {
            if (System.nanoTime() - retryAt < 0) {
                faults.increment();
                return null;
            }
            channel = open(path);
        }
        return channel;
    }

    private void fault(String doing, IOException failure) {
        faults.increment();
        retryAt = System.nanoTime() + RETRY_NANOS;
        closeChannel();
        LOG.log(System.Logger.Level.ERROR, doing + " " + path + " failed, lines are lost: " + reason(failure));
    }

    /** Closes and opens the file by its name: what logrotate and others that rename the file themselves ask for. */
    void reopen() {
        flush();
        closeChannel();
        try {
            channel = open(path);
        } catch (IOException failure) {
            fault("opening", failure);
        }
    }

    /**
     * logfile_rotate: {@code file.0} is the youngest old file, {@code file.(keep-1)} the oldest; the present one becomes
     * {@code file.0} and is begun anew. With {@code keep} 0, and for anything that is not a regular file, only reopened.
     */
    void rotate(int keep) {
        flush();
        if (keep > 0 && Files.isRegularFile(path)) {
            try {
                for (int age = keep - 2; age >= 0; age--) {
                    Path old = numbered(age);
                    if (Files.exists(old)) {
                        Files.move(old, numbered(age + 1), StandardCopyOption.REPLACE_EXISTING);
                    }
                }
                Files.move(path, numbered(0), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException failure) {
                fault("rotating", failure);
            }
        }
        reopen();
    }

    private Path numbered(int age) {
        return path.resolveSibling(path.getFileName() + "." + age);
    }

    private void closeChannel() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException failure) {
                faults.increment();
                LOG.log(System.Logger.Level.WARNING, "closing " + path + " failed: " + reason(failure));
            }
        }
    }

    @Override
    public void close() {
        flush();
        closeChannel();
    }
}
