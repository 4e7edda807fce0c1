package io.loligo.proxy;

import java.util.List;

/** The server cannot start. There is one message for each problem; each names the file and line, or the address, that is wrong. */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> messages;

    public StartFailure(List<String> messages) {
        super(String.join("\n", messages));
        this.messages = List.copyOf(messages);
    }

    StartFailure(String message, Throwable cause) {
        super(message, cause);
        this.messages = List.of(message);
    }

    /** At least one message. */
    public List<String> messages() {
        return messages;
    }
}
