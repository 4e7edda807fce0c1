package io.loligo.cache.store.chronicle.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Every {@code peers} text that keys were stored under, so that a purge of a URI finds all its keys. Remembers
 * {@value #TEXTS_MAX}; beyond that a purge has to look at every head.
 */
public final class PeersRegistry {
    public static final int TEXTS_MAX = 4096;

    private final @Nullable Path file;
    private final Set<String> texts = ConcurrentHashMap.newKeySet();
    private volatile boolean complete = true;

    /** Kept in {@code file}, one text a line, or in memory only. */
    public PeersRegistry(@Nullable Path file) throws IOException {
        this.file = file;
        if (file != null && Files.exists(file)) {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            texts.addAll(lines);
            complete = texts.size() < TEXTS_MAX;
        }
    }

    /** Notes {@code peers} before anything is stored under it. The few new ones are written to the file at once. */
    public void add(String peers) throws IOException {
        if (!texts.contains(peers) && complete) {
            addNew(peers);
        }
    }

    private synchronized void addNew(String peers) throws IOException {
        if (texts.size() >= TEXTS_MAX || peers.indexOf('\n') >= 0 || peers.indexOf('\r') >= 0) {
            complete = false;
        } else if (!texts.contains(peers)) {
            if (file != null) {
                Files.writeString(
                        file,
                        peers + "\n",
                        StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
                OwnerOnly.restrict(file);
            }
            texts.add(peers);
        }
    }

    /** Writes the file anew, after it was lost. */
    public synchronized void rewrite() throws IOException {
        if (file != null && !texts.isEmpty()) {
            Files.write(file, texts, StandardCharsets.UTF_8);
            OwnerOnly.restrict(file);
        }
    }

    /** Whether {@link #texts} are all there are. */
    public boolean isComplete() {
        return complete;
    }

    public Set<String> texts() {
        return texts;
    }
}
