package io.loligo.proxy.access;

import java.util.List;

/** A port number is in one of the ranges: localport, port. */
record PortNumberAcl(String name, Which which, List<NumberRange> ranges) implements Acl {

    /** Whose port. */
    enum Which {
        /** The port the client connected to. */
        LOCAL,
        /** The port in the URL, by default its scheme's. */
        URL
    }

    @Override
    public boolean looksAtConnectionOnly() {
        return which == Which.LOCAL;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        int port = switch (which) {
            case LOCAL -> facts.local().getPort();
            case URL -> facts.uri().port();
        };
        return NumberRange.anyContains(ranges, port);
    }
}
