package io.loligo.proxy.respond;

import java.nio.ByteBuffer;

/** A body that this server made itself and has in memory. */
public final class TextBody implements BodySource {
    private final byte[] text;

    /** @param text not changed from here on */
    public TextBody(byte[] text) {
        this.text = text;
    }

    @Override
    public ByteBuffer whole() {
        return ByteBuffer.wrap(text);
    }

    @Override
    public int read(long position, ByteBuffer dst) {
        int count = (int) Math.min(text.length - position, dst.remaining());
        if (position >= text.length) {
            return -1;
        }
        dst.put(text, (int) position, count);
        return count;
    }

    @Override
    public void onReadable(Runnable listener) {
        // All of it is there from the start.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
