package io.loligo.proxy.admin;

import io.loligo.cache.store.StoreStats;

/**
 * The numbers.
 *
 * @param now since the start
 * @param fiveMinutesAgo the same, as they stood five minutes ago
 * @param store the store
 * @param memory what the process takes beside the store
 * @param clientConnections open now
 * @param accessLogDropped exchanges that access_log has no line of because its queue was full
 * @param logFaults writes to log files that failed
 */
public record ServerStats(
        Metrics.Snapshot now,
        Metrics.Snapshot fiveMinutesAgo,
        StoreStats store,
        ProcessMemory memory,
        int clientConnections,
        long accessLogDropped,
        long logFaults) {}
