package io.loligo.proxy.config;

/**
 * One word of a directive.
 *
 * @param text without quotes and, in the quoting dialect, without backslashes
 * @param kind how it was written
 */
record Word(String text, Kind kind) {

    /** How a word was written. */
    enum Kind {
        PLAIN,
        /** Between quotes. What it means depends on the directive and the dialect. */
        QUOTED,
        /** Between quotes in the dialect of {@code configuration_includes_quoted_values on}: a string, never a file. */
        STRING,
        /** {@code parameters("file")}: the file's words. */
        PARAMETERS
    }

    static Word plain(String text) {
        return new Word(text, Kind.PLAIN);
    }

    /** Whether acl-like lists read a file of this name in place of the word. */
    boolean namesFile() {
        return kind == Kind.QUOTED || kind == Kind.PARAMETERS;
    }
}
