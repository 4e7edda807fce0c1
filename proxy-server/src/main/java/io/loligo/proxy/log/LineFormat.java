package io.loligo.proxy.log;

/** Makes log lines. Used by the thread that writes the log. */
interface LineFormat {
    /** Adds the line of {@code transaction}, line feed included. */
    void append(StringBuilder line, Transaction transaction);
}
