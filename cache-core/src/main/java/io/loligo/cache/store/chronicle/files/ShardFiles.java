package io.loligo.cache.store.chronicle.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The files that each shard's maps are in, as they were when they were looked at last. For any thread. */
public final class ShardFiles {
    private final AtomicReferenceArray<List<FileMark>> marks;

    public ShardFiles(int shards) {
        marks = new AtomicReferenceArray<>(shards);
        for (int i = 0; i < shards; i++) {
            marks.set(i, List.of());
        }
    }

    /** Notes the files of shard {@code number} in {@code directory} as they are now. */
    public void note(int number, Path directory) throws IOException {
        List<FileMark> files = FileMark.all(directory, StoreDirectory.SHARD + number + ".");
        for (FileMark file : files) {
            OwnerOnly.restrict(file.path());
        }
        marks.set(number, files);
    }

    /** What is wrong with a shard's files, in words; null when nothing is. */
    public @Nullable String problem(int number) {
        for (FileMark mark : marks.get(number)) {
            String problem = mark.problem();
            if (problem != null) {
                return mark.path() + " " + problem;
            }
        }
        return null;
    }

    /** The files of shard {@code number}. */
    public List<FileMark> of(int number) {
        return marks.get(number);
    }
}
