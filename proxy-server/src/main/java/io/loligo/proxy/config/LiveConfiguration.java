package io.loligo.proxy.config;

/** The configuration in force. Read by any thread; replaced whole on reload, so that a request sees one or the other. */
public final class LiveConfiguration {
    private volatile Configuration current;

    public LiveConfiguration(Configuration first) {
        this.current = first;
    }

    public Configuration current() {
        return current;
    }

    public void replace(Configuration next) {
        current = next;
    }
}
