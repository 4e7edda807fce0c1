package io.loligo.proxy;

import java.util.List;

/** The server could not start: what is wrong, one message per problem, each naming its place. */
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

    public List<String> messages() {
        return messages;
    }
}
