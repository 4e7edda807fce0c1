package io.loligo.proxy.access;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The client's address, or the one that it connected to, is in the set: src, localip. */
record AddressAcl(String name, Side side, AddressSet addresses) implements Acl {

    /** Which end of the connection. */
    enum Side {
        /** The client: of the connection, or whom follow_x_forwarded_for found behind it. */
        CLIENT,
        LOCAL
    }

    @Override
    public boolean looksAtConnectionOnly() {
        return true;
    }

    @Override
    public boolean trustsThisMachine() {
        return side == Side.CLIENT && addresses.containsLoopback() && !addresses.containsAll();
    }

    @Override
    public boolean matches(RequestFacts facts) {
        @Nullable InetAddress address = switch (side) {
            case CLIENT -> facts.aclClient();
            case LOCAL -> facts.local().getAddress();
        };
        return address != null && addresses.contains(address);
    }
}
