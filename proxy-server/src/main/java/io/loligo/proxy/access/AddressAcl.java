package io.loligo.proxy.access;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** An address of the connection is in the set: src, localip. */
record AddressAcl(String name, Side side, AddressSet addresses) implements Acl {

    /** Which end of the connection. */
    enum Side {
        CLIENT,
        LOCAL
    }

    @Override
    public boolean looksAtConnectionOnly() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        @Nullable InetAddress address = switch (side) {
            case CLIENT -> facts.client().getAddress();
            case LOCAL -> facts.local().getAddress();
        };
        return address != null && addresses.contains(address);
    }
}
