package io.loligo.cache.store.chronicle.ban;

import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.chronicle.files.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The file that purges outlive the process in. One line an event:
 *
 * <pre>
 *  "next" " " ID LF                                 ids go on from here
 *  "begun" " " ID " " TIME " " MODE " " MARKS " " KIND [" " TEXT] LF
 *  "done" " " ID " " OBJECTS " " BYTES LF           it is swept: nothing of it is left
 *
 *  MODE   "hard" or "soft"; "unasked": hard, and without a receipt
 *  MARKS  of each shard, the latest object it covers, in hexadecimal, joined by ","
 *  KIND   "url" (TEXT is SCHEME " " HOST " " PORT " " PATH-AND-QUERY), "prefix", "host", "glob", "pattern", "tag", "all"
 *  TEXT   ASCII; "\" and what is not ASCII or not printable is "\" and the character's four hexadecimal digits
 * </pre>
 *
 * <p>Lines are added, and left to the operating system, before the caller goes on: a crash of the process loses none. The
 * disk has them with {@link #force}. A last line without its end is what a crash left of a purge that nobody was told of;
 * any other line that cannot be read may have been any purge. Without a file nothing is kept.
 *
 * <p>For any thread, but no two at once in any method other than {@link #force}.
 */
public final class PurgeJournal implements AutoCloseable {
    /** So many lines and it is worth to be written anew. */
    public static final int LINES_MAX = 20_000;

    private final @Nullable Path file;
    private volatile @Nullable FileChannel channel;
    private volatile boolean unforced;
    private int lines;
    private boolean incomplete;
    private boolean closed;

    /** What the lines are told to. */
    public interface Reader {
        void next(long id);

        void begun(long id, Instant time, PurgeOrder order, boolean asked, long[] marks);

        void done(long id, long objects, long bytes);

        /** A line that cannot be read: what it began, or ended, is not known. */
        void unreadable();
    }

    public PurgeJournal(@Nullable Path file) {
        this.file = file;
    }

    /** Tells {@code reader} what the file holds, line by line. */
    public void read(Reader reader) throws IOException {
        if (file == null || !Files.exists(file)) {
            return;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
            try {
                read(line, reader);
            } catch (DateTimeException | IllegalArgumentException | IndexOutOfBoundsException e) {
                reader.unreadable();
            }
        });
    }

    private static void read(String line, Reader reader) {
        String[] words = line.split(" ", 7);
        long id = Long.parseLong(words[1]);
        switch (words[0]) {
            case "next" -> reader.next(id);
            case "done" -> reader.done(id, Long.parseLong(words[2]), Long.parseLong(words[3]));
            case "begun" -> {
                boolean soft = words[3].equals("soft");
                boolean unasked = words[3].equals("unasked");
                if (!soft && !unasked && !words[3].equals("hard")) {
                    throw new IllegalArgumentException(words[3]);
                }
                PurgeTarget target = target(words[5], words.length < 7 ? "" : unescaped(words[6]));
                long[] marks = Arrays.stream(words[4].split(",", -1))
                        .mapToLong(mark -> Long.parseLong(mark, 16))
                        .toArray();
                reader.begun(id, Instant.parse(words[2]), new PurgeOrder(target, soft), !unasked, marks);
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static PurgeTarget target(String kind, String text) {
        return switch (kind) {
            case "url" -> {
                String[] words = text.split(" ", 4);
                yield new PurgeTarget.Url(new EffectiveUri(words[0], words[1], Integer.parseInt(words[2]), words[3]));
            }
            case "prefix" -> new PurgeTarget.Prefix(text);
            case "host" -> new PurgeTarget.Host(text);
            case "glob" -> new PurgeTarget.Glob(text);
            case "pattern" -> new PurgeTarget.Pattern(text);
            case "tag" -> new PurgeTarget.Tag(text);
            case "all" -> new PurgeTarget.All();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static String text(PurgeTarget target) {
        if (target instanceof PurgeTarget.Url url) {
            EffectiveUri uri = url.uri();
            return "url " + escaped(uri.scheme() + " " + uri.host() + " " + uri.port() + " " + uri.pathAndQuery());
        }
        if (target instanceof PurgeTarget.Prefix prefix) {
            return "prefix " + escaped(prefix.text());
        }
        if (target instanceof PurgeTarget.Host host) {
            return "host " + escaped(host.host());
        }
        if (target instanceof PurgeTarget.Glob glob) {
            return "glob " + escaped(glob.glob());
        }
        if (target instanceof PurgeTarget.Pattern pattern) {
            return "pattern " + escaped(pattern.re2());
        }
        return target instanceof PurgeTarget.Tag tag ? "tag " + escaped(tag.tag()) : "all";
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~' && c != '\\') {
                out.append(c);
            } else {
                out.append('\\').append(String.format("%04x", (int) c));
            }
        }
        return out.toString();
    }

    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 5), 16));
                i += 4;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }

    public static String nextLine(long id) {
        return "next " + id + "\n";
    }

    public static String begunLine(Ban ban) {
        StringBuilder marks = new StringBuilder();
        for (int i = 0; i < ban.shards(); i++) {
            marks.append(i == 0 ? "" : ",").append(Long.toHexString(ban.mark(i)));
        }
        return begunLine(ban.id(), ban.time(), mode(ban), marks.toString(), ban.order());
    }

    /** A line for what is done with, whose marks nobody needs any more. */
    public static String begunLine(PurgeReceipt done) {
        return begunLine(done.id(), done.time(), done.order().soft() ? "soft" : "hard", "0", done.order());
    }

    private static String begunLine(long id, Instant time, String mode, String marks, PurgeOrder order) {
        return "begun " + id + " " + time + " " + mode + " " + marks + " " + text(order.target()) + "\n";
    }

    private static String mode(Ban ban) {
        return ban.isSoft() ? "soft" : ban.isAsked() ? "hard" : "unasked";
    }

    public static String doneLine(long id, long objects, long bytes) {
        return "done " + id + " " + objects + " " + bytes + "\n";
    }

    /**
     * Adds {@code text}, whole lines.
     *
     * @throws IOException when the file cannot be written; then nothing is added any more until it is {@link #rewrite
     *     written anew}, because nobody knows how it ends
     */
    public void append(String text) throws IOException {
        if (file == null) {
            return;
        }
        if (closed) {
            throw new IOException(file + " is closed");
        }
        unforced = true;
        if (incomplete) {
            throw new IOException(file + " could not be written before, and has not been written anew since");
        }
        boolean written = false;
        try {
            FileChannel open = channel;
            if (open == null) {
                open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                OwnerOnly.restrict(file);
                channel = open;
            }
            write(open, text);
            written = true;
        } finally {
            incomplete = !written;
        }
        lines += (int) text.chars().filter(c -> c == '\n').count();
    }

    private static void write(FileChannel to, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** It may be gone, or another file in its place: nothing is added until it is {@link #rewrite written anew}. */
    public void lost() {
        incomplete = file != null;
    }

    /** Whether it has grown long, or lacks lines that could not be written. */
    public boolean isToBeRewritten() {
        return incomplete || lines > LINES_MAX;
    }

    /** Replaces the file by {@code content}; on return the disk has it. */
    public void rewrite(String content) throws IOException {
        if (file == null) {
            return;
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            OwnerOnly.restrict(fresh);
            write(out, content);
            out.force(true);
        }
        FileChannel old = channel;
        channel = null;
        if (old != null) {
            old.close();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        lines = (int) content.chars().filter(c -> c == '\n').count();
        incomplete = false;
    }

    /**
     * Has the disk take what was added. Waits for the disk, and lets others add meanwhile.
     *
     * @throws IOException when that fails; it is tried again next time
     */
    public void force() throws IOException {
        if (!unforced) {
            return;
        }
        unforced = false;
        boolean forced = false;
        try {
            FileChannel open = channel;
            if (open != null) {
                open.force(false);
            }
            forced = true;
        } finally {
            unforced |= !forced;
        }
    }

    /** How many lines the file has, for tests. */
    int lines() {
        return lines;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.force(false);
            open.close();
        }
    }
}
