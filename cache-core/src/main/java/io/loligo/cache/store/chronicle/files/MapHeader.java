package io.loligo.cache.store.chronicle.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The beginning of a file of Chronicle Map, little-endian:
 *
 * <pre>
 *   0                               8               12
 *  +-------------------------------+---------------+-----------
 *  | checksum of the header        | size word     | header ...
 *  +-------------------------------+---------------+-----------
 *    size word: the header's length; and in its highest bit, whether somebody is still making the file or repairing it
 * </pre>
 */
public final class MapHeader {
    private static final int SIZE_WORD_OFFSET = Long.BYTES;
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int SIZE_MASK = (1 << 30) - 1;

    private MapHeader() {}

    /**
     * Says of {@code file} that nobody is at work on it. A process that was killed while it was leaves it marked for ever,
     * and Chronicle waits for a minute for the dead to finish. Only for who knows that no other process lives, and repairs
     * the file now.
     *
     * @throws IOException when the file cannot be read or written, or has no header: then it has never held anything
     */
    public static void claim(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + " is missing");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() == 0) {
                return;
            }
            ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (channel.read(word, SIZE_WORD_OFFSET) < Integer.BYTES || (word.getInt(0) & SIZE_MASK) == 0) {
                throw new IOException(file + " has " + channel.size() + " bytes and no header of a map");
            }
            if ((word.getInt(0) & NOT_COMPLETE) != 0) {
                word.putInt(0, word.getInt(0) & ~NOT_COMPLETE).rewind();
                channel.write(word, SIZE_WORD_OFFSET);
            }
        }
    }
}
