package io.loligo.proxy.http1;

import java.io.IOException;

/** A message head over the limit of bytes or of lines. */
public final class HeadTooBigException extends IOException {
    private static final long serialVersionUID = 1L;

    HeadTooBigException(String limit) {
        super(limit);
    }
}
