package io.loligo.cli;

/** The exit codes of the commands. */
final class ExitCode {
    /** The command did what it was asked to do. */
    static final int DONE = 0;
    /** The command failed: the configuration has errors, the server cannot start, or the server refused the request. */
    static final int REFUSED = 1;
    /** The command line is wrong, or no server answers. */
    static final int UNREACHABLE = 2;

    private ExitCode() {}
}
