package io.loligo.cache.store.chronicle.files;

import io.loligo.cache.store.chronicle.page.KeyHasher;
import io.loligo.cache.store.chronicle.page.ObjectId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a persistent store, all of them in a directory of their own within the one that the operator names; nothing
 * else there is touched.
 *
 * <pre>
 *  DIRECTORY/loligo-store/
 *    store.lock         held while a server uses the store
 *    store.properties   {@link Meta}, replaced whole
 *    peers              the peers texts of keys, one a line
 *    allocated          {@link DiskSpace}; only where the disk keeps room for the files
 *    purges             {@code PurgeJournal}; only when there were any
 *    group-invalidations {@code GroupInvalidations}; only when there are any
 *    shard-N.index, shard-N.pages
 *    making-N/          shard-N.* being made anew while the store is in use
 *    set-aside-TIME/    files that could not be used; the latest only, may be deleted
 * </pre>
 */
public final class StoreDirectory implements AutoCloseable {
    public static final String NAME = "loligo-store";

    private static final System.Logger LOG = System.getLogger(StoreDirectory.class.getName());
    private static final String LOCK = "store.lock";
    /** What the names of the maps' files begin with. */
    public static final String SHARD = "shard-";

    /** The ends of the names of a shard's files. */
    public static final String INDEX = "index";

    public static final String PAGES = "pages";

    private static final String PROPERTIES = "store.properties";
    private static final String PEERS = "peers";
    private static final String PURGES = "purges";
    private static final String GROUP_INVALIDATIONS = "group-invalidations";
    private static final String MAKING = "making-";
    private static final String SET_ASIDE = "set-aside-";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    /**
     * The version of files, layouts and of what they may mean; other versions are set aside. 2: a 206 is a part of its
     * page, which a server that knows only 1 would send for the whole. 3: heads and chunks are pages of one map, and heads
     * say when a soft purge ended their lifetime.
     */
    static final int FORMAT = 3;

    private final Path path;
    private volatile Hold hold;

    private StoreDirectory(Path path, Hold hold) {
        this.path = path;
        this.hold = hold;
    }

    /**
     * What makes the directory ours.
     *
     * @param disk held, because finding it reads the list of mounts and asking it does not
     * @param mark tells the file that is locked from another one in its place
     */
    private record Hold(FileStore disk, FileChannel channel, FileLock lock, FileMark mark) {}

    /**
     * What is known of a store's files.
     *
     * @param secret the hash's secret, in hexadecimal
     * @param run how often the store has been opened, this time included
     * @param geometry what the files were made for
     * @param shards the state that each shard was closed in; null where it was not
     */
    public record Meta(String secret, long run, Geometry geometry, List<@Nullable ShardContent> shards) {}

    /**
     * A shard's state at its orderly end.
     *
     * @param usedBytes what its content takes of the budget
     * @param objects how many responses it holds
     * @param headBytes bytes of their heads
     * @param payloadBytes bytes of their bodies
     */
    public record ShardContent(long usedBytes, long objects, long headBytes, long payloadBytes) {
        public static final ShardContent EMPTY = new ShardContent(0, 0, 0, 0);
    }

    /**
     * Makes the directory if need be, and locks it.
     *
     * @throws StoreInUseException when another process has it
     * @throws IOException when it cannot be made or written
     */
    public static StoreDirectory open(Path parent) throws IOException {
        Path path = parent.resolve(NAME);
        return new StoreDirectory(path, hold(path));
    }

    private static Hold hold(Path path) throws IOException {
        try {
            createDirectory(path);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("cannot store in " + path + ": " + e.getFile() + " is not a directory", e);
        } catch (IOException e) {
            throw new IOException(
                    "cannot store in " + path + ": it does not exist and cannot be created (" + e
                            + "); expected a directory that this user may write",
                    e);
        }
        Path lockFile = path.resolve(LOCK);
        FileChannel channel;
        try {
            channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException(
                    "cannot store in " + path + ": " + lockFile.getFileName() + " cannot be written (" + e
                            + "); expected a directory that this user may write",
                    e);
        }
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another store of this very process: as good as another process.
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new StoreInUseException(lockFile);
        }
        restrictAll(path);
        return new Hold(Files.getFileStore(path), channel, lock, FileMark.of(lockFile));
    }

    /** A new one is for its owner only; so is what is in it. */
    private static void createDirectory(Path path) throws IOException {
        boolean isNew = !Files.exists(path);
        Files.createDirectories(path);
        if (isNew) {
            OwnerOnly.restrict(path);
        }
    }

    private static void restrictAll(Path path) {
        try {
            OwnerOnly.restrictAll(path);
        } catch (IOException | UncheckedIOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "other users of this machine may be able to read what is stored in {0}: its mode, or that of a file in"
                            + " it, cannot be changed: {1}",
                    path,
                    e.toString());
        }
    }

    /** What has become of the directory, in words; null when its path still leads to what is locked. */
    public @Nullable String problem() {
        String problem = hold.mark().problem();
        if (problem == null || !Files.isDirectory(path)) {
            return problem;
        }
        return "is not the one it was: " + LOCK + " " + problem;
    }

    /**
     * Makes and locks the directory once more, after {@link #problem}.
     *
     * @throws StoreInUseException when another process has it by now
     * @throws IOException when it cannot be made or written
     */
    public void openAgain() throws IOException {
        Hold before = hold;
        hold = hold(path);
        before.channel().close();
    }

    /**
     * Deletes the files of a shard that cannot be used.
     *
     * @param mapped whether they are still mapped, for good: then they are emptied first, because the disk would keep
     *     their blocks as long
     */
    public void discard(int shard, boolean mapped) throws IOException {
        for (FileMark file : FileMark.all(path, SHARD + shard + ".")) {
            if (mapped) {
                FileChannel.open(file.path(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
                        .close();
            }
            Files.deleteIfExists(file.path());
        }
    }

    /** A new directory where maps may be made beside others of the same names that the process has not let go of. */
    public Path placeForNew() throws IOException {
        return Files.createTempDirectory(path, MAKING);
    }

    /** Moves the files made in {@code place} to where the next start looks for them. */
    public void adopt(Path place) throws IOException {
        for (FileMark file : FileMark.all(place, SHARD)) {
            Files.move(file.path(), path.resolve(file.path().getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.delete(place);
    }

    /** Deletes what a crash left of {@link #placeForNew}. */
    private void deleteUnfinished() throws IOException {
        try (Stream<Path> all = Files.list(path)) {
            for (Path file : all.toList()) {
                if (file.getFileName().toString().startsWith(MAKING)) {
                    delete(file);
                }
            }
        }
    }

    /** The file of a shard's map in {@code directory}; null when that is null. */
    public static @Nullable Path mapFile(@Nullable Path directory, int shard, String map) {
        return directory == null ? null : directory.resolve(SHARD + shard + "." + map);
    }

    public Path path() {
        return path;
    }

    public Path peers() {
        return path.resolve(PEERS);
    }

    public Path groupInvalidations() {
        return path.resolve(GROUP_INVALIDATIONS);
    }

    /** Never set aside: the ids of purges go on when the content is gone. */
    public Path purges() {
        return path.resolve(PURGES);
    }

    /**
     * Prepares the files for a run with {@code geometry}, and removes the mark of an orderly end. Files of another version
     * or geometry, or that cannot be read, are set aside.
     */
    public Meta begin(Geometry geometry) throws IOException {
        deleteUnfinished();
        Meta found = null;
        Path file = path.resolve(PROPERTIES);
        if (Files.exists(file)) {
            try {
                found = read(file);
            } catch (IOException | IllegalArgumentException e) {
                setAside(PROPERTIES + " cannot be used: " + e.getMessage());
            }
            if (found != null && !found.geometry().equals(geometry)) {
                setAside("they were made for another capacity or largest object");
                found = null;
            }
            if (found != null && found.run() >= ObjectId.RUN_MAX) {
                setAside("they have been opened " + found.run() + " times");
                found = null;
            }
        } else if (Files.exists(mapFile(path, 0, INDEX))) {
            setAside(PROPERTIES + " is missing");
        }
        Meta meta = found == null
                ? new Meta(newSecret(), 1, geometry, List.of())
                : new Meta(found.secret(), found.run() + 1, geometry, found.shards());
        write(new Meta(meta.secret(), meta.run(), geometry, List.of()));
        return meta;
    }

    /** A secret that nobody else has. */
    public static String newSecret() {
        byte[] secret = new byte[KeyHasher.SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    private static Meta read(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        long format = number(properties, "format");
        if (format != FORMAT) {
            throw new IOException("format " + format + ", this server knows " + FORMAT);
        }
        String secret = properties.getProperty("secret", "");
        if (HexFormat.of().parseHex(secret).length != KeyHasher.SECRET_BYTES) {
            throw new IOException("no secret");
        }
        Geometry geometry = new Geometry(
                (int) number(properties, "shards"),
                number(properties, "shard-bytes"),
                number(properties, "page-bytes"));
        @Nullable ShardContent[] closed = new ShardContent[geometry.shards()];
        for (int i = 0; i < closed.length; i++) {
            if (properties.getProperty("shard-" + i + ".used-bytes") != null) {
                closed[i] = new ShardContent(
                        number(properties, "shard-" + i + ".used-bytes"),
                        number(properties, "shard-" + i + ".objects"),
                        number(properties, "shard-" + i + ".head-bytes"),
                        number(properties, "shard-" + i + ".payload-bytes"));
            }
        }
        return new Meta(secret, number(properties, "run"), geometry, Arrays.asList(closed));
    }

    private static long number(Properties properties, String name) throws IOException {
        String text = properties.getProperty(name);
        if (text == null) {
            throw new IOException("no " + name);
        }
        return Long.parseLong(text);
    }

    /** Replaces store.properties; on return it is on the disk. */
    public void write(Meta meta) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("format", Integer.toString(FORMAT));
        properties.setProperty("secret", meta.secret());
        properties.setProperty("run", Long.toString(meta.run()));
        properties.setProperty("shards", Integer.toString(meta.geometry().shards()));
        properties.setProperty("shard-bytes", Long.toString(meta.geometry().shardBytes()));
        properties.setProperty("page-bytes", Long.toString(meta.geometry().pageBytes()));
        for (int i = 0; i < meta.shards().size(); i++) {
            ShardContent closed = meta.shards().get(i);
            if (closed != null) {
                properties.setProperty("shard-" + i + ".used-bytes", Long.toString(closed.usedBytes()));
                properties.setProperty("shard-" + i + ".objects", Long.toString(closed.objects()));
                properties.setProperty("shard-" + i + ".head-bytes", Long.toString(closed.headBytes()));
                properties.setProperty("shard-" + i + ".payload-bytes", Long.toString(closed.payloadBytes()));
            }
        }
        Path next = path.resolve(PROPERTIES + ".new");
        try (OutputStream out = Files.newOutputStream(next)) {
            properties.store(out, "Loligo's store; written by the server, not to be edited");
        } catch (IOException e) {
            throw new IOException("cannot write " + next + ": " + e, e);
        }
        OwnerOnly.restrict(next);
        force(next);
        Files.move(next, path.resolve(PROPERTIES), StandardCopyOption.ATOMIC_MOVE);
        force(path);
    }

    /** Waits until everything written to the shard's files is on the disk. */
    public void force(int shard) throws IOException {
        for (String map : List.of(INDEX, PAGES)) {
            Path file = mapFile(path, shard, map);
            if (file != null && Files.exists(file)) {
                force(file);
            }
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Moves the store's data files out of the way, so that the next maps start empty. */
    private void setAside(String why) throws IOException {
        Set<String> others = Set.of(PROPERTIES, PEERS, GROUP_INVALIDATIONS);
        moveAside(why, name -> name.startsWith("shard-") || others.contains(name));
    }

    /** Moves one shard's files out of the way. */
    public void setAside(int shard, String why) throws IOException {
        moveAside(why, name -> name.startsWith("shard-" + shard + "."));
    }

    private synchronized void moveAside(String why, Predicate<String> which) throws IOException {
        Path target = path.resolve(SET_ASIDE + STAMP.format(Instant.now()));
        List<Path> files;
        try (Stream<Path> all = Files.list(path)) {
            files = all.toList();
        }
        createDirectory(target);
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.startsWith(SET_ASIDE)) {
                delete(file);
            } else if (which.test(name)) {
                Files.move(file, target.resolve(name));
            }
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "the store''s files in {0} are not used: {1}. They are set aside in {2}, which may be deleted;"
                        + " the store starts empty",
                path,
                why,
                target.getFileName());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> content = Files.walk(directory)) {
            for (Path file : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Bytes that this user may still write on the disk. */
    public long usableBytes() throws IOException {
        return hold.disk().getUsableSpace();
    }

    /** Gives the directory free for another process. */
    @Override
    public void close() throws IOException {
        // Its lock goes with it.
        hold.channel().close();
    }
}
