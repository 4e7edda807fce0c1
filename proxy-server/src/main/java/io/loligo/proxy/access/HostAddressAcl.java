package io.loligo.proxy.access;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The URL's host, written as an address, is in the set: to_localhost, to_linklocal. Names are not looked up. */
record HostAddressAcl(String name, AddressSet addresses) implements Acl {
    @Override
    public boolean matches(RequestFacts facts) {
        String host = facts.uri().host();
        return AddressLiteral.bytes(host)
                .map(HostAddressAcl::address)
                .map(addresses::contains)
                .orElseGet(() -> host.equals("localhost") && addresses.contains(InetAddress.getLoopbackAddress()));
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
