package io.loligo.proxy.origin;

import io.loligo.cache.status.HierarchyCode;

/**
 * A peer to try.
 *
 * @param peer who
 * @param code how it was chosen: the log's word if it answers
 */
public record Candidate(Peer peer, HierarchyCode code) {}
