package io.loligo.proxy.http1;

import java.nio.ByteBuffer;

/**
 * Takes the chunked framing off a body, strictly as RFC 9112 §7.1 writes it: hexadecimal size without overflow,
 * extensions by their grammar and bounded, lines that end in CRLF and in nothing else. Extensions are dropped; trailers
 * are checked, bounded and dropped.
 *
 * <p>Incremental and reusable; used by one thread at a time. After an exception it must not be used before
 * {@link #reset}.
 */
public final class ChunkedDecoder {
    /** Bytes of one chunk's extensions. */
    static final int EXTENSION_MAX = 256;

    /** Bytes of extensions in all of one body. */
    static final int EXTENSIONS_MAX = 16 << 10;

    /** Bytes of the trailer section. */
    static final int TRAILERS_MAX = 8 << 10;

    /** What the next byte of framing must be. */
    private enum State {
        SIZE_FIRST,
        SIZE,
        /** Blanks after which a semicolon must come. */
        EXTENSION_BLANK,
        EXTENSION_NAME_FIRST,
        EXTENSION_NAME,
        /** Blanks after which an equals sign or a semicolon must come. */
        EXTENSION_NAME_BLANK,
        EXTENSION_VALUE_FIRST,
        EXTENSION_VALUE,
        EXTENSION_QUOTED,
        EXTENSION_ESCAPED,
        EXTENSION_QUOTED_END,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_FIRST,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_LF,
        END_LF,
        COMPLETE
    }

    private State state = State.SIZE_FIRST;
    private long remaining;
    private int extension;
    private int extensions;
    private int trailers;

    /** Ready for the next body. */
    public void reset() {
        state = State.SIZE_FIRST;
        remaining = 0;
        extension = 0;
        extensions = 0;
        trailers = 0;
    }

    /** Whether the last chunk and the trailers were read; what is left in the input belongs to the next message. */
    public boolean isComplete() {
        return state == State.COMPLETE;
    }

    /**
     * Moves the body's bytes from {@code in} to {@code out} until {@code in} is empty, {@code out} is full or the body is
     * complete. Framing is read on when {@code out} is full, up to the next byte of the body.
     *
     * @return how many bytes were moved; -1 when the body was complete and none was moved
     */
    public int decode(ByteBuffer in, ByteBuffer out) throws MalformedMessageException {
        int moved = 0;
        while (state != State.COMPLETE && in.hasRemaining()) {
            if (state == State.DATA) {
                int count = (int) Math.min(Math.min(in.remaining(), out.remaining()), remaining);
                if (count == 0) {
                    return moved;
                }
                int limit = in.limit();
                in.limit(in.position() + count);
                out.put(in);
                in.limit(limit);
                moved += count;
                remaining -= count;
                if (remaining == 0) {
                    state = State.DATA_CR;
                }
            } else {
                state = next(in.get() & 0xff);
            }
        }
        return moved == 0 && state == State.COMPLETE ? -1 : moved;
    }

    private State next(int octet) throws MalformedMessageException {
        return switch (state) {
            case SIZE_FIRST -> {
                remaining = digit(octet);
                if (remaining < 0) {
                    throw new MalformedMessageException("chunk size is not a number");
                }
                extension = 0;
                yield State.SIZE;
            }
            case SIZE -> {
                int digit = digit(octet);
                if (digit < 0) {
                    yield afterSize(octet);
                }
                if (remaining > Long.MAX_VALUE >> 4) {
                    throw new MalformedMessageException("chunk size is too large");
                }
                remaining = remaining << 4 | digit;
                // Leading zeros are digits too, but no reason to read for ever.
                countExtension();
                yield State.SIZE;
            }
            case EXTENSION_BLANK,
                    EXTENSION_NAME_FIRST,
                    EXTENSION_NAME,
                    EXTENSION_NAME_BLANK,
                    EXTENSION_VALUE_FIRST,
                    EXTENSION_VALUE,
                    EXTENSION_QUOTED,
                    EXTENSION_ESCAPED,
                    EXTENSION_QUOTED_END -> {
                State next = nextOfExtension(octet);
                if (next != State.SIZE_LF) {
                    countExtension();
                }
                yield next;
            }
            case SIZE_LF -> {
                requireLf(octet);
                yield remaining == 0 ? State.TRAILER_FIRST : State.DATA;
            }
            case DATA_CR -> {
                if (octet != '\r') {
                    throw new MalformedMessageException("chunk is longer than its size");
                }
                yield State.DATA_LF;
            }
            case DATA_LF -> {
                requireLf(octet);
                yield State.SIZE_FIRST;
            }
            case TRAILER_FIRST -> {
                if (octet == '\r') {
                    yield State.END_LF;
                }
                yield trailerName(octet);
            }
            case TRAILER_NAME -> {
                if (octet == ':') {
                    countTrailer();
                    yield State.TRAILER_VALUE;
                }
                yield trailerName(octet);
            }
            case TRAILER_VALUE -> {
                if (octet == '\r') {
                    yield State.TRAILER_LF;
                }
                requireText(octet, "control byte in a trailer");
                countTrailer();
                yield State.TRAILER_VALUE;
            }
            case TRAILER_LF -> {
                requireLf(octet);
                yield State.TRAILER_FIRST;
            }
            case END_LF -> {
                requireLf(octet);
                yield State.COMPLETE;
            }
            case DATA, COMPLETE -> throw new IllegalStateException(state.toString());
        };
    }

    private State afterSize(int octet) throws MalformedMessageException {
        return switch (octet) {
            case '\r' -> State.SIZE_LF;
            case ';' -> State.EXTENSION_NAME_FIRST;
            case ' ', '\t' -> State.EXTENSION_BLANK;
            default -> throw new MalformedMessageException("chunk size is not a number");
        };
    }

    /** chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ). RFC 9112 §7.1.1. */
    private State nextOfExtension(int octet) throws MalformedMessageException {
        boolean blank = Octets.isBlank(octet);
        return switch (state) {
            case EXTENSION_BLANK -> {
                if (blank) {
                    yield state;
                }
                if (octet != ';') {
                    throw new MalformedMessageException("blank at the end of a chunk size line");
                }
                yield State.EXTENSION_NAME_FIRST;
            }
            case EXTENSION_NAME_FIRST -> blank ? state : extensionToken(octet, State.EXTENSION_NAME);
            case EXTENSION_NAME, EXTENSION_NAME_BLANK -> {
                if (octet == '=') {
                    yield State.EXTENSION_VALUE_FIRST;
                }
                if (octet == ';') {
                    yield State.EXTENSION_NAME_FIRST;
                }
                if (blank) {
                    yield State.EXTENSION_NAME_BLANK;
                }
                if (state == State.EXTENSION_NAME_BLANK) {
                    throw new MalformedMessageException("blank at the end of a chunk extension");
                }
                yield octet == '\r' ? State.SIZE_LF : extensionToken(octet, state);
            }
            case EXTENSION_VALUE_FIRST -> {
                if (octet == '"') {
                    yield State.EXTENSION_QUOTED;
                }
                yield blank ? state : extensionToken(octet, State.EXTENSION_VALUE);
            }
            case EXTENSION_VALUE -> Octets.isToken(octet) ? state : afterExtension(octet);
            case EXTENSION_QUOTED -> {
                if (octet == '"') {
                    yield State.EXTENSION_QUOTED_END;
                }
                if (octet == '\\') {
                    yield State.EXTENSION_ESCAPED;
                }
                requireText(octet, "control byte in a chunk extension");
                yield state;
            }
            case EXTENSION_ESCAPED -> {
                requireText(octet, "control byte in a chunk extension");
                yield State.EXTENSION_QUOTED;
            }
            case EXTENSION_QUOTED_END -> afterExtension(octet);
            default -> throw new IllegalStateException(state.toString());
        };
    }

    private static State extensionToken(int octet, State next) throws MalformedMessageException {
        if (!Octets.isToken(octet)) {
            throw new MalformedMessageException("malformed chunk extension");
        }
        return next;
    }

    private static State afterExtension(int octet) throws MalformedMessageException {
        return switch (octet) {
            case '\r' -> State.SIZE_LF;
            case ';' -> State.EXTENSION_NAME_FIRST;
            case ' ', '\t' -> State.EXTENSION_BLANK;
            default -> throw new MalformedMessageException("malformed chunk extension");
        };
    }

    private State trailerName(int octet) throws MalformedMessageException {
        if (!Octets.isToken(octet)) {
            throw new MalformedMessageException("malformed trailer");
        }
        countTrailer();
        return State.TRAILER_NAME;
    }

    private void countExtension() throws MalformedMessageException {
        if (++extension > EXTENSION_MAX || ++extensions > EXTENSIONS_MAX) {
            throw new MalformedMessageException("chunk extensions are too long");
        }
    }

    private void countTrailer() throws MalformedMessageException {
        if (++trailers > TRAILERS_MAX) {
            throw new MalformedMessageException("trailers are too long");
        }
    }

    private static void requireLf(int octet) throws MalformedMessageException {
        if (octet != '\n') {
            throw new MalformedMessageException("bare CR in the chunked framing");
        }
    }

    private static void requireText(int octet, String rule) throws MalformedMessageException {
        if (!Octets.isFieldContent(octet)) {
            throw new MalformedMessageException(rule);
        }
    }

    private static int digit(int octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
