package io.loligo.cache.store.chronicle;

import io.loligo.cache.key.EffectiveUri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The purges that a shard has missed because it is being repaired or out of use: it must not serve anything before it has
 * made up for them. They outlive the process, because the next start repairs such a shard again. Remembers {@value #MAX};
 * one more, and shards that missed them start empty.
 *
 * <pre>
 *  SCHEME " " HOST " " PORT " " PATH-AND-QUERY LF     one purge; UTF-8
 *  "overflow" LF                                      more than can be remembered
 * </pre>
 *
 * <p>A last line without its end is what a crash left of a purge that nobody was told of. Not for several threads at once.
 */
final class PendingPurges {
    static final int MAX = 10_000;

    private static final String OVERFLOW = "overflow";

    private final Path file;
    private final Set<EffectiveUri> uris = new HashSet<>();
    private boolean overflowed;

    /** Those that {@code file} holds, if it exists. */
    static PendingPurges of(Path file) throws IOException {
        PendingPurges pending = new PendingPurges(file);
        if (Files.exists(file)) {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(pending::restore);
        }
        return pending;
    }

    private PendingPurges(Path file) {
        this.file = file;
    }

    private void restore(String line) {
        EffectiveUri uri = line.equals(OVERFLOW) ? null : uri(line);
        if (uri == null || uris.size() >= MAX) {
            // A line that cannot be read is a purge all the same.
            overflowed = true;
        } else {
            uris.add(uri);
        }
    }

    private static @Nullable EffectiveUri uri(String line) {
        List<String> words = List.of(line.split(" ", 4));
        try {
            return words.size() < 4
                    ? null
                    : new EffectiveUri(words.get(0), words.get(1), Integer.parseInt(words.get(2)), words.get(3));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * Remembers {@code uri}, in the file too.
     *
     * @throws IOException when the file cannot be written: remembered until the process ends, or {@link #rewrite} succeeds
     */
    void add(EffectiveUri uri) throws IOException {
        if (overflowed || uris.contains(uri)) {
            return;
        }
        String line = line(uri);
        if (uris.size() >= MAX || line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
            overflowed = true;
            append(OVERFLOW);
        } else {
            uris.add(uri);
            append(line);
        }
    }

    /** Left to the operating system, which a crash of the process does not undo. */
    private void append(String line) throws IOException {
        Files.writeString(
                file, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Writes the file anew, after it was lost or could not be written. */
    void rewrite() throws IOException {
        if (uris.isEmpty() && !overflowed) {
            Files.deleteIfExists(file);
            return;
        }
        StringBuilder text = new StringBuilder();
        uris.forEach(uri -> text.append(line(uri)).append('\n'));
        if (overflowed) {
            text.append(OVERFLOW).append('\n');
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String line(EffectiveUri uri) {
        return uri.scheme() + " " + uri.host() + " " + uri.port() + " " + uri.pathAndQuery();
    }

    /** Whether there were more than {@link #uris} tells. */
    boolean overflowed() {
        return overflowed;
    }

    Set<EffectiveUri> uris() {
        return uris;
    }

    /** Every shard has made up for them. */
    void clear() throws IOException {
        uris.clear();
        overflowed = false;
        Files.deleteIfExists(file);
    }
}
