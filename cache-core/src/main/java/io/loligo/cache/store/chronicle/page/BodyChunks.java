package io.loligo.cache.store.chronicle.page;

/**
 * The chunks of a long body, or those that are left of them.
 *
 * @param id the object, without salt, whose chunks they are
 * @param length bytes from the first chunk to the end of the last that is still there
 */
public record BodyChunks(long id, long length) {}
