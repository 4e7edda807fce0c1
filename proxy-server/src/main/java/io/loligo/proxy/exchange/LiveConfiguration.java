package io.loligo.proxy.exchange;

/** The rules in force. Read by any thread; replaced whole on reload, so that a request sees the old ones or the new. */
public final class LiveConfiguration {
    private volatile Rules current;

    public LiveConfiguration(Rules first) {
        this.current = first;
    }

    public Rules current() {
        return current;
    }

    public void replace(Rules next) {
        current = next;
    }
}
