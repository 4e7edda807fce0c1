package io.loligo.proxy.admin;

import java.util.Map;

/** What the admin listener can ask of the server. Called by the listener's threads, which may wait. */
public interface AdminActions {

    ServerStatus status();

    ServerStats stats();

    /** Drops every stored response of {@code url}: each variant, whichever peers may serve it. */
    PurgeReceipt purge(String url);

    /**
     * What would be done with a request, and why; asks the store and changes nothing.
     *
     * @return maps, lists, texts and numbers, as the answer's JSON has them
     */
    Map<String, Object> explain(ExplainOrder order) throws ExplainOrder.Refused;

    /** Begins an orderly stop, as SIGTERM does, and returns at once. */
    void stop();

    /** Reads the configuration again; a bad one leaves the old one in force. */
    ReloadResult reload();
}
