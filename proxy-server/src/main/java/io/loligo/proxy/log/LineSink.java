package io.loligo.proxy.log;

/** Where the lines of access logs go. Used by the thread that writes the logs; {@link #faults} and {@link #dropped} by any. */
interface LineSink extends AutoCloseable {
    /** Adds one line, which ends with a line feed and is Latin-1. Never waits for anything but a file. */
    void append(CharSequence line);

    /** Hands on what is held back. */
    void flush();

    /** What failed so far: openings, writes, connections. */
    long faults();

    /** Lines that found no room in a queue so far. */
    default long dropped() {
        return 0;
    }

    /** Writes what can still be written. */
    @Override
    void close();
}
