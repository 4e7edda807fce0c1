package io.loligo.cli;

/** What the commands tell the shell. */
final class ExitCode {
    /** It is done. */
    static final int DONE = 0;
    /** It was understood and could not be done: a bad configuration, a server that does not start, a refused order. */
    static final int REFUSED = 1;
    /** The command line is wrong, or no server answers. */
    static final int UNREACHABLE = 2;

    private ExitCode() {}
}
