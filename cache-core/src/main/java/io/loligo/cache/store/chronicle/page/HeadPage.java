package io.loligo.cache.store.chronicle.page;

import net.openhft.chronicle.core.UnsafeMemory;

/**
 * Where the parts of a head lie in its page, and its numbers: what {@link EntryLayout} draws, read in place. Reused; one
 * thread.
 */
public final class HeadPage {
    private final RawBytes numbers = new RawBytes();

    private boolean inline;
    private long toResponse;
    private long bodyLength;
    private long bodyId;
    private boolean stale;
    private long toStale;
    private int wireOffset;
    private int wireLength;
    private int hiddenLength;
    private int keyLength;
    private int selectingLength;

    /** Reads the page of {@code size} bytes at {@code address}; false when it is not the head of object {@code id}. */
    boolean read(long address, int size, long id) {
        if (size < EntryLayout.NUMBERS_OFFSET
                || UnsafeMemory.MEMORY.readByte(address + EntryLayout.VERSION_OFFSET) != EntryLayout.VERSION
                || UnsafeMemory.MEMORY.readLong(address + EntryLayout.ID_OFFSET) != id) {
            return false;
        }
        int kindAndFlags = UnsafeMemory.MEMORY.readByte(address + EntryLayout.KIND_OFFSET);
        int kind = kindAndFlags & EntryLayout.KIND_MASK;
        inline = kind == EntryLayout.KIND_SMALL;
        if (!inline && kind != EntryLayout.KIND_LARGE) {
            return false;
        }
        numbers.of(address + EntryLayout.NUMBERS_OFFSET, size - EntryLayout.NUMBERS_OFFSET);
        toResponse = VarInt.fromZigzag(numbers.number());
        bodyLength = numbers.number();
        wireLength = numbers.length();
        hiddenLength = numbers.length();
        keyLength = numbers.length();
        selectingLength = numbers.length();
        bodyId = (kindAndFlags & EntryLayout.FLAG_BODY_ID) != 0 ? numbers.number() : ObjectId.unsalted(id);
        stale = (kindAndFlags & EntryLayout.FLAG_STALE) != 0;
        toStale = stale ? VarInt.fromZigzag(numbers.number()) : 0;
        wireOffset = (int) (numbers.address() - address);
        long end = (long) wireOffset + wireLength + hiddenLength + keyLength + selectingLength;
        return !numbers.isBroken() && bodyLength >= 0 && end + (inline ? bodyLength : 0) == size;
    }

    /** Whether the body lies behind the head. */
    boolean inline() {
        return inline;
    }

    /** Nanoseconds from request to response time. */
    long toResponse() {
        return toResponse;
    }

    long bodyLength() {
        return bodyLength;
    }

    long bodyId() {
        return bodyId;
    }

    /** Whether a soft purge ended its lifetime. */
    boolean stale() {
        return stale;
    }

    /** Nanoseconds from request time to then. */
    long toStale() {
        return toStale;
    }

    int wireOffset() {
        return wireOffset;
    }

    int wireLength() {
        return wireLength;
    }

    int hiddenOffset() {
        return wireOffset + wireLength;
    }

    int hiddenLength() {
        return hiddenLength;
    }

    int keyOffset() {
        return hiddenOffset() + hiddenLength;
    }

    int keyLength() {
        return keyLength;
    }

    int selectingOffset() {
        return keyOffset() + keyLength;
    }

    int selectingLength() {
        return selectingLength;
    }

    /** The length of the head; an inline body begins there. */
    int bodyOffset() {
        return selectingOffset() + selectingLength;
    }
}
