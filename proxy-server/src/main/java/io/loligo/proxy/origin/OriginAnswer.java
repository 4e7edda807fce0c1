package io.loligo.proxy.origin;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.HierarchyCode;
import java.net.InetSocketAddress;

/**
 * The head of a peer's final answer.
 *
 * @param head as received, after the strict check
 * @param times when this try was sent and the head arrived
 * @param peer the peer that answered
 * @param address the peer's address that the connection goes to
 * @param code how that peer was chosen
 */
public record OriginAnswer(
        ResponseHead head, ResponseTimes times, Peer peer, InetSocketAddress address, HierarchyCode code) {}
