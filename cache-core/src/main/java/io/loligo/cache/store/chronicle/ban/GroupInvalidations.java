package io.loligo.cache.store.chronicle.ban;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.EffectiveUri;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When groups of stored responses were invalidated: what was asked for until then is not used any more. RFC 9875 §3.
 *
 * <p>Remembers {@value #GROUPS_MAX} groups of {@value #SITES_MAX} sites. One more group, and the site with the most counts
 * as invalidated with all its groups as of its latest time; one more site, and every site does. So nothing is forgotten,
 * and too much at worst is fetched again. Responses without Cache-Groups are never concerned.
 *
 * <pre>
 *  "group" " " TIME " " SITE " " GROUP LF     one group; the site is SCHEME "://" HOST ":" PORT; UTF-8
 *  "site" " " TIME " " SITE LF                all groups of a site
 *  "all" " " TIME LF                          all groups of all sites
 * </pre>
 *
 * <p>Lines are added, and left to the operating system, before the caller goes on: a crash of the process loses none. The
 * disk has them with {@link #force}. A last line without its end is what a crash left of an invalidation that nobody was
 * told of; any other line that cannot be read counts as {@code all} at the time of the file.
 *
 * <p>For any thread; {@link #covers} takes no lock.
 */
public final class GroupInvalidations implements AutoCloseable {
    static final int GROUPS_MAX = 10_000;
    static final int SITES_MAX = 1_000;
    /** A longer name counts as all groups of its site. */
    static final int NAME_LENGTH_MAX = 1_024;
    /** So many lines for what the memory has room for; then the file is written anew. */
    static final int LINES_MAX = 4 * GROUPS_MAX;

    private final @Nullable Path file;
    private final Map<String, Site> sites = new ConcurrentHashMap<>();
    private volatile Instant everything = Instant.MIN;
    private volatile boolean empty = true;

    /** Guarded by this. */
    private int groups;

    /** Guarded by this. */
    private int lines;

    /** Guarded by this. */
    private @Nullable FileChannel channel;

    private volatile boolean unforced;

    /** Whether the file lacks some, because it could not be written or was lost. Guarded by this. */
    private boolean incomplete;

    /** What is known of one site. */
    private static final class Site {
        final Map<String, Instant> groups = new ConcurrentHashMap<>();
        volatile Instant all = Instant.MIN;

        Instant latest() {
            return groups.values().stream().max(Comparator.naturalOrder()).orElse(all);
        }
    }

    private GroupInvalidations(@Nullable Path file) {
        this.file = file;
    }

    /** Those that {@code file} holds, if there is one; null for a store that does not outlive the process. */
    public static GroupInvalidations of(@Nullable Path file) throws IOException {
        GroupInvalidations invalidations = new GroupInvalidations(file);
        if (file != null) {
            invalidations.restore(file);
        }
        return invalidations;
    }

    private synchronized void restore(Path from) throws IOException {
        if (Files.exists(from)) {
            Instant written = Files.getLastModifiedTime(from).toInstant();
            String text = Files.readString(from, StandardCharsets.ISO_8859_1);
            text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
                if (!restore(line)) {
                    everything = later(everything, written);
                }
            });
            empty = sites.isEmpty() && everything.equals(Instant.MIN);
            // Without a torn line, and with nothing twice.
            rewrite();
        }
    }

    private boolean restore(String line) {
        String[] words = line.split(" ", 4);
        try {
            Instant at = Instant.parse(words.length < 2 ? "" : words[1]);
            if (words[0].equals("group") && words.length == 4) {
                put(words[2], words[3], at);
                makeRoom();
            } else if (words[0].equals("site") && words.length == 3) {
                site(words[2]).all = later(site(words[2]).all, at);
                makeRoom();
            } else if (words[0].equals("all") && words.length == 2) {
                everything = later(everything, at);
            } else {
                return false;
            }
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** Whether {@code head} is of a group that was invalidated since its request was sent. */
    public boolean covers(StoredHead head) {
        if (empty || head.cacheGroups().isEmpty()) {
            return false;
        }
        Instant sent = head.times().requestTime();
        Site site = sites.get(name(head.key().uri()));
        if (site != null) {
            // From the particular to the general, as coarsening goes: what leaves the one is in the other before.
            for (String group : head.cacheGroups()) {
                Instant at = site.groups.get(group);
                if (at != null && !sent.isAfter(at)) {
                    return true;
                }
            }
            if (!sent.isAfter(site.all)) {
                return true;
            }
        }
        return !sent.isAfter(everything);
    }

    /**
     * Invalidates {@code names} of the site of {@code uri}, as far as they were asked for until {@code at}.
     *
     * @throws IOException when the file cannot be written: they hold until the process ends, or {@link #force} succeeds
     */
    public synchronized void add(EffectiveUri uri, Collection<String> names, Instant at) throws IOException {
        String site = name(uri);
        StringBuilder text = new StringBuilder();
        for (String group : names) {
            if (group.length() > NAME_LENGTH_MAX) {
                site(site).all = later(site(site).all, at);
                text.append(line(site, site(site).all));
            } else {
                put(site, group, at);
                text.append(line(site, group, at));
            }
        }
        text.append(makeRoom());
        empty = false;
        boolean written = false;
        try {
            append(text.toString());
            written = true;
        } finally {
            if (!written) {
                renew();
            }
        }
    }

    /** Has the next {@link #force} write the file anew, because it was lost or lacks something. */
    public synchronized void renew() {
        incomplete = file != null;
        unforced |= incomplete;
    }

    private void put(String site, String group, Instant at) {
        Map<String, Instant> known = site(site).groups;
        Instant before = known.get(group);
        groups += before == null ? 1 : 0;
        known.put(group, before == null ? at : later(before, at));
    }

    private Site site(String name) {
        return sites.computeIfAbsent(name, unknown -> new Site());
    }

    /** Coarsens what is too much; the lines that say so. */
    private String makeRoom() {
        StringBuilder text = new StringBuilder();
        if (sites.size() > SITES_MAX) {
            for (Site site : sites.values()) {
                everything = later(everything, later(site.all, site.latest()));
            }
            sites.clear();
            groups = 0;
            text.append("all ").append(everything).append('\n');
        }
        while (groups > GROUPS_MAX) {
            Map.Entry<String, Site> largest = sites.entrySet().stream()
                    .max(Comparator.comparingInt(
                            entry -> entry.getValue().groups.size()))
                    .orElseThrow();
            Site site = largest.getValue();
            site.all = later(site.all, site.latest());
            groups -= site.groups.size();
            site.groups.clear();
            text.append(line(largest.getKey(), site.all));
        }
        return text.toString();
    }

    private static String line(String site, String group, Instant at) {
        return "group " + at + " " + site + " " + group + "\n";
    }

    private static String line(String site, Instant at) {
        return "site " + at + " " + site + "\n";
    }

    private void append(String text) throws IOException {
        if (file == null) {
            return;
        }
        FileChannel open = channel;
        if (open == null) {
            open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            OwnerOnly.restrict(file);
            channel = open;
        }
        write(open, text);
        lines += (int) text.chars().filter(c -> c == '\n').count();
        unforced = true;
    }

    private static void write(FileChannel to, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /**
     * Has the disk take what was added, and shortens the file when it has grown long. Waits for the disk.
     *
     * @throws IOException when that fails; it is tried again next time
     */
    public synchronized void force() throws IOException {
        if (!unforced) {
            return;
        }
        if (lines > LINES_MAX || incomplete) {
            rewrite();
            incomplete = false;
        } else if (channel != null) {
            channel.force(false);
        }
        unforced = false;
    }

    private void rewrite() throws IOException {
        Path target = file;
        if (target == null) {
            return;
        }
        StringBuilder text = new StringBuilder();
        if (!everything.equals(Instant.MIN)) {
            text.append("all ").append(everything).append('\n');
        }
        sites.forEach((name, site) -> {
            if (!site.all.equals(Instant.MIN)) {
                text.append(line(name, site.all));
            }
            site.groups.forEach((group, at) -> text.append(line(name, group, at)));
        });
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            OwnerOnly.restrict(fresh);
            write(out, text.toString());
            out.force(true);
        }
        FileChannel old = channel;
        channel = null;
        if (old != null) {
            old.close();
        }
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        lines = (int) text.chars().filter(c -> c == '\n').count();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static String name(EffectiveUri uri) {
        return uri.scheme() + "://" + uri.host() + ":" + uri.port();
    }

    /** Everything that is remembered, for tests. */
    synchronized List<Integer> sizes() {
        return List.of(sites.size(), groups, lines);
    }

    @Override
    public synchronized void close() throws IOException {
        force();
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
