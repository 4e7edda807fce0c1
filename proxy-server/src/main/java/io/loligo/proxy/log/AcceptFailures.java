package io.loligo.proxy.log;

import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Makes one {@link RecurringWarning} of the line that XNIO logs for each accept that failed: several a second as long as the
 * process has no file descriptor left. Called by the threads that accept.
 */
final class AcceptFailures implements Filter {
    /** Where XNIO logs them. Held here: JUL forgets loggers. */
    static final Logger XNIO = Logger.getLogger("org.xnio.nio.tcp.server");

    /** XNIO's number of this line, which it begins with. */
    private static final String ACCEPT_FAILED = "XNIO008001";

    /** Stands before the reason. */
    private static final String EXCEPTION = "Exception: ";

    private final RecurringWarning warnings;

    AcceptFailures(RecurringWarning warnings) {
        this.warnings = warnings;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        String message = record.getMessage();
        if (message == null || !message.startsWith(ACCEPT_FAILED)) {
            return true;
        }
        int reason = message.indexOf(EXCEPTION);
        String cause =
                "clients could not connect: " + (reason < 0 ? message : message.substring(reason + EXCEPTION.length()));
        warnings.met(cause, () -> cause + "; it is tried again four times a second");
        return false;
    }
}
