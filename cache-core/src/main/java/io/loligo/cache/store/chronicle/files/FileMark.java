package io.loligo.cache.store.chronicle.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What tells a file that is mapped from another one under its name, and how long it was. A mapped file that was deleted or
 * moved away lives on unseen; one that was cut costs the process a signal where it touches what is missing.
 *
 * @param path where it should be
 * @param key which file it is, in the file system's words; "null" where that has none
 * @param length in bytes
 */
public record FileMark(Path path, String key, long length) {

    /** The file that is at {@code path} now. */
    static FileMark of(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new FileMark(path, String.valueOf(attributes.fileKey()), attributes.size());
    }

    /** The files in {@code directory} whose names begin with {@code prefix}, by name. */
    static List<FileMark> all(Path directory, String prefix) throws IOException {
        List<FileMark> marks = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList()) {
                marks.add(of(file));
            }
        }
        return marks;
    }

    /** What has become of the file since, in words; null when it is still there and at least as long. */
    @Nullable String problem() {
        try {
            FileMark now = of(path);
            if (!now.key.equals(key)) {
                return "has been replaced by another file";
            }
            return now.length < length ? "has been cut from " + length + " to " + now.length + " bytes" : null;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return "is gone";
        } catch (IOException e) {
            return "cannot be looked at (" + e + ")";
        }
    }
}
