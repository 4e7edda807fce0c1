package io.loligo.cache.store.chronicle.page;

import net.openhft.chronicle.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** The keys of the maps: mutable, reused, of constant size. */
public final class MapKeys {
    private MapKeys() {}

    /** 64 bits: what an index entry refers to. */
    public static final class Word {
        public long value;

        public Word of(long newValue) {
            value = newValue;
            return this;
        }

        public static final class Marshaller extends StatelessMarshaller<Word> {
            public static final Marshaller INSTANCE = new Marshaller();

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
    public static final class KeyHash {
        public long first;
        public long second;

        public KeyHash of(long newFirst, long newSecond) {
            first = newFirst;
            second = newSecond;
            return this;
        }

        public static final class Marshaller extends StatelessMarshaller<KeyHash> {
            public static final Marshaller INSTANCE = new Marshaller();

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

    /** An object id and the number of one of its pages: a chunk, from 0, or {@link #HEAD}. */
    public static final class PageKey {
        /** The number of the page that holds a head, or a list of variants. */
        public static final int HEAD = -1;

        public long object;
        public int number;

        public PageKey of(long newObject, int newNumber) {
            object = newObject;
            number = newNumber;
            return this;
        }

        public PageKey head(long newObject) {
            return of(newObject, HEAD);
        }

        public static final class Marshaller extends StatelessMarshaller<PageKey> {
            public static final Marshaller INSTANCE = new Marshaller();

            @Override
            public PageKey read(Bytes<?> in, long size, @Nullable PageKey using) {
                long object = in.readLong();
                return (using == null ? new PageKey() : using).of(object, in.readInt());
            }

            @Override
            public long size(PageKey key) {
                return Long.BYTES + Integer.BYTES;
            }

            @Override
            public void write(Bytes<?> out, long size, PageKey key) {
                out.writeLong(key.object);
                out.writeInt(key.number);
            }
        }
    }
}
