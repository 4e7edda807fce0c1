package io.loligo.proxy.access;

import java.util.Optional;

/**
 * An acl that cannot be evaluated, so that rules on it cannot either. It exists while a configuration is checked; no
 * configuration that uses one is run.
 *
 * @param why what is wrong with it, as the end of a sentence about the acl
 */
public record UnsupportedAcl(String name, String why) implements Acl {
    @Override
    public Optional<UnsupportedAcl> unsupported() {
        return Optional.of(this);
    }

    @Override
    public boolean matches(RequestFacts facts) {
        return false;
    }
}
