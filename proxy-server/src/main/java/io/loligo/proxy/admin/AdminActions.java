package io.loligo.proxy.admin;

/** What the admin listener can ask of the server. Called by the listener's threads, which may wait. */
public interface AdminActions {

    ServerStatus status();

    ServerStats stats();

    /** Drops every stored response of {@code url}: each variant, whichever peers may serve it. */
    PurgeReceipt purge(String url);

    /** Begins an orderly stop, as SIGTERM does, and returns at once. */
    void stop();

    /** Reads the configuration again; a bad one leaves the old one in force. */
    ReloadResult reload();
}
