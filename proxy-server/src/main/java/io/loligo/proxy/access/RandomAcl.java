package io.loligo.proxy.access;

import java.util.function.DoubleSupplier;

/**
 * Matches a share of all times that it is asked. Squid's random. An explanation draws again.
 *
 * @param share 0 to 1
 * @param draw gives a number from 0 on and smaller than 1
 */
record RandomAcl(String name, double share, DoubleSupplier draw) implements Acl {
    @Override
    public boolean looksAtConnectionOnly() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        return draw.getAsDouble() < share;
    }
}
