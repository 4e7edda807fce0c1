package io.loligo.cache.store;

/**
 * A purge that an operator or an application asks for.
 *
 * @param target what it is about
 * @param soft whether what it is about stays, as stale as if its lifetime ended now, and is validated when it is asked for
 *     next; else it is dropped
 */
public record PurgeOrder(PurgeTarget target, boolean soft) {}
