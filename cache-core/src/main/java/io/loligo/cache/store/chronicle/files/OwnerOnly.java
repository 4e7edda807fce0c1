package io.loligo.cache.store.chronicle.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keeps the store's files from other users of the machine: directories get mode 0700, files 0600. Does nothing where the
 * file system knows no such modes. For any thread.
 */
public final class OwnerOnly {
    private static final System.Logger LOG = System.getLogger(OwnerOnly.class.getName());
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

    private OwnerOnly() {}

    /**
     * Gives {@code path}, a file or a directory that was just made, to its owner only. Where that fails it stays as it is:
     * the store works all the same, and said when it was opened that modes cannot be changed.
     */
    public static void restrict(Path path) {
        try {
            restricted(path);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot change the mode of " + path, e);
        }
    }

    /**
     * Gives {@code path} to its owner only.
     *
     * @return whether others could use it before
     * @throws IOException when its mode cannot be read or changed
     */
    private static boolean restricted(Path path) throws IOException {
        // Never with NOFOLLOW_LINKS: the JDK opens and closes the file then, and POSIX gives up every lock on it,
        // store.lock's too.
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null || Files.isSymbolicLink(path)) {
            return false;
        }
        Set<PosixFilePermission> wanted = Files.isDirectory(path) ? DIRECTORY : FILE;
        Set<PosixFilePermission> present = view.readAttributes().permissions();
        if (wanted.containsAll(present)) {
            return false;
        }
        view.setPermissions(wanted);
        return true;
    }

    /** Gives {@code directory} and all that is in it to their owner only, and logs when others could use some of it. */
    static void restrictAll(Path directory) throws IOException {
        boolean wasOpen = restricted(directory);
        int files = 0;
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.filter(path -> !path.equals(directory)).toList();
        }
        for (Path path : all) {
            files += restricted(path) ? 1 : 0;
        }
        if (files > 0 || wasOpen) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "other users of this machine could read the store in {0}: it is for the server''s user only from now on"
                            + " (directories have mode 0700, files 0600)",
                    directory);
        }
    }
}
