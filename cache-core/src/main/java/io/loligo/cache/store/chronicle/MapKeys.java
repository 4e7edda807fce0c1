package io.loligo.cache.store.chronicle;

import net.openhft.chronicle.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** The keys of the three maps: mutable, reused, of constant size. Their names stand in the files' headers. */
final class MapKeys {
    private MapKeys() {}

    /** 64 bits: an object id as a key of heads, or what an index entry refers to. */
    static final class Word {
        long value;

        Word of(long newValue) {
            value = newValue;
            return this;
        }

        static final class Marshaller extends StatelessMarshaller<Word> {
            static final Marshaller INSTANCE = new Marshaller();

            @Override
            public Word read(Bytes<?> in, long size, @Nullable Word using) {
                return (using == null ? new Word() : using).of(in.readLong());
            }

            @Override
            public long size(Word word) {
                return Long.BYTES;
            }

            @Override
            public void write(Bytes<?> out, long size, Word word) {
                out.writeLong(word.value);
            }
        }
    }

    /** 128 bits: the hash of a cache key. */
    static final class KeyHash {
        long first;
        long second;

        KeyHash of(long newFirst, long newSecond) {
            first = newFirst;
            second = newSecond;
            return this;
        }

        static final class Marshaller extends StatelessMarshaller<KeyHash> {
            static final Marshaller INSTANCE = new Marshaller();

            @Override
            public KeyHash read(Bytes<?> in, long size, @Nullable KeyHash using) {
                long first = in.readLong();
                return (using == null ? new KeyHash() : using).of(first, in.readLong());
            }

            @Override
            public long size(KeyHash hash) {
                return 2 * Long.BYTES;
            }

            @Override
            public void write(Bytes<?> out, long size, KeyHash hash) {
                out.writeLong(hash.first);
                out.writeLong(hash.second);
            }
        }
    }

    /** An object id and the number of one of its chunks. */
    static final class ChunkKey {
        long object;
        int number;

        ChunkKey of(long newObject, int newNumber) {
            object = newObject;
            number = newNumber;
            return this;
        }

        static final class Marshaller extends StatelessMarshaller<ChunkKey> {
            static final Marshaller INSTANCE = new Marshaller();

            @Override
            public ChunkKey read(Bytes<?> in, long size, @Nullable ChunkKey using) {
                long object = in.readLong();
                return (using == null ? new ChunkKey() : using).of(object, in.readInt());
            }

            @Override
            public long size(ChunkKey key) {
                return Long.BYTES + Integer.BYTES;
            }

            @Override
            public void write(Bytes<?> out, long size, ChunkKey key) {
                out.writeLong(key.object);
                out.writeInt(key.number);
            }
        }
    }
}
