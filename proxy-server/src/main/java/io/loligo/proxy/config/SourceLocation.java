package io.loligo.proxy.config;

/**
 * A place in a configuration file.
 *
 * @param file the file's name as it was given or included
 * @param line from 1; where a directive is continued over several lines, its first
 */
public record SourceLocation(String file, int line) {
    /** For what no line of a file says. */
    public static final SourceLocation DEFAULTS = new SourceLocation("(default)", 0);

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
