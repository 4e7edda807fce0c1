package io.loligo.cache.store;

import java.time.Instant;

/**
 * What became of a purge. It is in force, for every later request and over a restart, once there is a receipt; where the
 * responses have to be searched for, they are counted and removed in the background until it is {@code done}.
 *
 * @param id names this purge; greater than those of earlier ones, over restarts too
 * @param order what was asked for
 * @param time when
 * @param objects responses removed, or made stale, so far
 * @param bytes their size: heads and bodies
 * @param done whether nothing is left to be removed
 */
public record PurgeReceipt(long id, PurgeOrder order, Instant time, long objects, long bytes, boolean done) {}
