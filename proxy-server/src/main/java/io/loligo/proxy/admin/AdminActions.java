package io.loligo.proxy.admin;

import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the admin listener can ask of the server. Called by the listener's threads, which may wait. */
public interface AdminActions {

    ServerStatus status();

    ServerStats stats();

    /** Purges; in force for every later request when this returns. */
    PurgeReceipt purge(PurgeOrder order) throws PurgeRefused;

    /**
     * Counts what a purge would be about, and changes nothing.
     *
     * @param sampleMax how many URLs are told, at most
     */
    PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused;

    /** What has become of purge {@code id} by now; null when it is not known, or not any more. */
    @Nullable PurgeReceipt receipt(long id);

    /** What has become of the latest purges by now, the latest first. */
    List<PurgeReceipt> receipts();

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
