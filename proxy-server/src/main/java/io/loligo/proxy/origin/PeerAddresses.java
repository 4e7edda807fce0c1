package io.loligo.proxy.origin;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a peer and which of them to try first. Immutable.
 *
 * @param all what its host resolved to last; empty while the name is unknown
 * @param first the index of the address that worked last, or that comes after one that failed
 */
record PeerAddresses(List<InetSocketAddress> all, int first) {
    static final PeerAddresses UNKNOWN = new PeerAddresses(List.of(), 0);

    PeerAddresses {
        all = List.copyOf(all);
    }

    /** The one address that {@code host} spells out; none when it is a name. Never asks anyone. */
    static PeerAddresses spelledOut(String host, int port) {
        InetSocketAddress literal = literal(host, port);
        return literal == null ? UNKNOWN : new PeerAddresses(List.of(literal), 0);
    }

    /** In the order in which to try them: all, from {@link #first} on and round. */
    List<InetSocketAddress> toTry() {
        if (first == 0) {
            return all;
        }
        List<InetSocketAddress> turned = new ArrayList<>(all.subList(first, all.size()));
        turned.addAll(all.subList(0, first));
        return turned;
    }

    boolean has(InetSocketAddress address) {
        return all.contains(address);
    }

    /** A connect to {@code address} succeeded: it comes first. */
    PeerAddresses worked(InetSocketAddress address) {
        int index = all.indexOf(address);
        return index < 0 || index == first ? this : new PeerAddresses(all, index);
    }

    /** A connect to {@code address} failed: if it came first, the next one does. */
    PeerAddresses failed(InetSocketAddress address) {
        return all.size() > 1 && all.get(first).equals(address)
                ? new PeerAddresses(all, (first + 1) % all.size())
                : this;
    }

    /** The name resolved to {@code found}, in any order: the address that comes first stays so while it is there. */
    PeerAddresses resolved(List<InetSocketAddress> found) {
        if (all.size() == found.size() && Set.copyOf(all).equals(Set.copyOf(found))) {
            return this;
        }
        int kept = all.isEmpty() ? -1 : found.indexOf(all.get(first));
        return new PeerAddresses(found, Math.max(0, kept));
    }

    /** The address that {@code host} spells out, or null when it is a name. */
    static @Nullable InetSocketAddress literal(String host, int port) {
        if (!isLiteral(host)) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException malformed) {
            return null;
        }
    }

    private static boolean isLiteral(String host) {
        if (host.indexOf(':') >= 0) {
            return true;
        }
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }
}
