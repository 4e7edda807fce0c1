package io.loligo.proxy.http1;

import java.io.IOException;

/** A message against the syntax or the framing rules of RFC 9112. The connection that it came on must be closed. */
public final class MalformedMessageException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param rule the rule that was broken, for the log; never contains the sender's bytes */
    public MalformedMessageException(String rule) {
        super(rule);
    }
}
