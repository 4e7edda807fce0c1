package io.loligo.proxy;

import io.loligo.proxy.admin.PeerState;
import io.loligo.proxy.config.Balancing;
import io.loligo.proxy.config.PeerConfig;
import io.loligo.proxy.log.AddressText;
import io.loligo.proxy.origin.Peer;
import java.util.ArrayList;
import java.util.List;

/** Makes the values that the admin listener and the manager pages show of the peers. */
final class PeerStates {
    private PeerStates() {}

    static List<PeerState> of(List<Peer> peers) {
        return peers.stream()
                .map(peer -> new PeerState(
                        peer.config().name(),
                        peer.config().host(),
                        peer.config().port(),
                        flags(peer.config()),
                        peer.addresses().stream()
                                .map(address -> AddressText.of(address.getAddress()))
                                .toList(),
                        peer.isUp(),
                        peer.fetches(),
                        peer.openConnections(),
                        0,
                        0))
                .toList();
    }

    private static List<String> flags(PeerConfig peer) {
        List<String> flags = new ArrayList<>();
        if (peer.originServer()) {
            flags.add("originserver");
        }
        if (peer.defaultPeer()) {
            flags.add("default");
        }
        Balancing balancing = peer.balancing();
        if (balancing.roundRobin()) {
            flags.add("round-robin");
        }
        if (balancing.weightedRoundRobin()) {
            flags.add("weighted-round-robin");
        }
        if (balancing.carp()) {
            flags.add("carp");
        }
        if (balancing.userHash()) {
            flags.add("userhash");
        }
        if (balancing.sourceHash()) {
            flags.add("sourcehash");
        }
        if (peer.weight() > 1) {
            flags.add("weight=" + peer.weight());
        }
        return flags;
    }
}
