package io.loligo.cache.store.chronicle.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The blocks of the disk that the store's files are to take, had in advance. Files are made with holes; a hole that is
 * written to when the disk is full ends in a signal, which a JVM survives but for the bytes that were to be written. With
 * their blocks in hand the files do not depend on how full the disk is.
 *
 * <p>Java cannot ask for blocks but by writing them, which for a large store takes minutes and wears the disk. A program of
 * every Linux can, in milliseconds, on ext4, XFS, Btrfs and tmpfs. Where it cannot, the files keep their holes, and storing
 * is suspended in good time before the disk is full. For one thread.
 */
public final class DiskSpace {
    public static final List<String> PROGRAM = List.of("fallocate", "-l");
    static final String MARK = "allocated";

    private static final System.Logger LOG = System.getLogger(DiskSpace.class.getName());
    private static final long PATIENCE_SECONDS = 60;

    private final List<String> program;
    private final Set<FileMark> had = new HashSet<>();
    private boolean impossible;

    /** Asks by {@code program}, to which the length in bytes and the file are added. */
    public DiskSpace(List<String> program) {
        this.program = program;
    }

    /** Takes over what an earlier run wrote down in {@code directory}. */
    public void restore(Path directory) throws IOException {
        Path file = directory.resolve(MARK);
        if (!Files.exists(file)) {
            return;
        }
        Set<String> lines = new HashSet<>(Files.readAllLines(file, StandardCharsets.UTF_8));
        for (FileMark mark : FileMark.all(directory, StoreDirectory.SHARD)) {
            if (lines.contains(line(mark))) {
                had.add(mark);
            }
        }
    }

    /** Writes down, for the next start, that the blocks of {@code files} are had, which are all there are. */
    public void remember(Path directory, Collection<FileMark> files) throws IOException {
        had.retainAll(files);
        Files.write(
                directory.resolve(MARK),
                had.stream().map(DiskSpace::line).sorted().toList(),
                StandardCharsets.UTF_8);
        OwnerOnly.restrict(directory.resolve(MARK));
    }

    private static String line(FileMark mark) {
        return mark.path().getFileName() + " " + mark.length() + " " + mark.key();
    }

    public boolean has(FileMark mark) {
        return had.contains(mark);
    }

    /** Whether the disk or the machine cannot do it. */
    public boolean isImpossible() {
        return impossible;
    }

    /** Has the disk hold the blocks of {@code files}, which may be in use; false when it cannot. */
    public boolean take(List<FileMark> files) throws InterruptedException {
        for (FileMark file : files) {
            if (!had.contains(file) && !take(file)) {
                return false;
            }
        }
        return true;
    }

    private boolean take(FileMark file) throws InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.add(Long.toString(file.length()));
        command.add(file.path().toAbsolutePath().toString());
        String why;
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (ended && process.exitValue() == 0) {
                had.add(file);
                return true;
            }
            process.destroyForcibly();
            why = ended ? "exit code " + process.exitValue() : "it took longer than " + PATIENCE_SECONDS + " s";
        } catch (IOException e) {
            why = e.toString();
        }
        impossible = true;
        LOG.log(
                System.Logger.Level.INFO,
                "the disk does not keep room for {0} ({1}: {2}): storing stops while the disk is nearly full",
                file.path(),
                program.get(0),
                why);
        return false;
    }
}
