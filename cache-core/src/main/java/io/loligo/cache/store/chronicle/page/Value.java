package io.loligo.cache.store.chronicle.page;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.UnsafeMemory;
import org.jspecify.annotations.Nullable;

/** A value on its way into or out of a map: memory copied to memory, no objects in between. */
public abstract class Value {
    /** Stands at the end of where a value goes until it is there; no value ends so but by a chance of 2<sup>-64</sup>. */
    private static final long UNDONE = new SecureRandom().nextLong();

    /** Takes the stored value of {@code size} bytes at {@code address}; called with the entry's lock held. */
    abstract void take(long address, int size);

    /** The number of bytes that {@link #give} writes. */
    abstract int size();

    /** Writes this value to {@code address}; called with the entry's lock held. */
    abstract void give(long address);

    /**
     * Copies a value from one memory to another, one of them a file's.
     *
     * @throws InternalError when it did not arrive. Where a page of the file is missing, because it was cut or the disk is
     *     full, a JVM leaves the copy undone and says so later, in some cases too late
     */
    static void copy(long from, long to, long length) {
        if (length < Long.BYTES) {
            UnsafeMemory.MEMORY.copyMemory(from, to, length);
            return;
        }
        long end = length - Long.BYTES;
        UnsafeMemory.MEMORY.writeLong(to + end, UNDONE);
        UnsafeMemory.MEMORY.copyMemory(from, to, length);
        if (UnsafeMemory.MEMORY.readLong(to + end) != UnsafeMemory.MEMORY.readLong(from + end)
                || UnsafeMemory.MEMORY.readLong(to + end) == UNDONE) {
            throw new InternalError("a page of the store's memory cannot be reached");
        }
    }

    static long address(ByteBuffer direct) {
        return Jvm.address(direct);
    }

    /** How the maps read and write values. */
    public static final class Marshaller extends StatelessMarshaller<Value> {
        public static final Marshaller INSTANCE = new Marshaller();

        @Override
        public Value read(Bytes<?> in, long size, @Nullable Value using) {
            if (using == null) {
                throw new IllegalStateException("values are only read into memory that the caller brings");
            }
            using.take(in.addressForRead(in.readPosition()), Math.toIntExact(size));
            in.readSkip(size);
            return using;
        }

        @Override
        public long size(Value value) {
            return value.size();
        }

        @Override
        public void write(Bytes<?> out, long size, Value value) {
            value.give(out.addressForWrite(out.writePosition()));
            out.writeSkip(size);
        }
    }

    /** Up to two ranges of memory written as one value: a head, and a body that lies elsewhere. */
    public static final class Joined extends Value {
        private long firstAddress;
        private int firstLength;
        private long secondAddress;
        private int secondLength;

        public Joined of(long firstAddress, int firstLength, long secondAddress, int secondLength) {
            this.firstAddress = firstAddress;
            this.firstLength = firstLength;
            this.secondAddress = secondAddress;
            this.secondLength = secondLength;
            return this;
        }

        @Override
        void take(long address, int size) {
            throw new IllegalStateException("joined values are only written");
        }

        @Override
        int size() {
            return firstLength + secondLength;
        }

        @Override
        void give(long address) {
            copy(firstAddress, address, firstLength);
            if (secondLength > 0) {
                copy(secondAddress, address + firstLength, secondLength);
            }
        }
    }
}
