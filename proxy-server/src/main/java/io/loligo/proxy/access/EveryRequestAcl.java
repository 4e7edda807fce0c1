package io.loligo.proxy.access;

/** Matches every request: the predefined {@code all}. */
public record EveryRequestAcl(String name) implements Acl {
    @Override
    public boolean matchesAlways() {
        return true;
    }

    @Override
    public boolean looksAtConnectionOnly() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        return true;
    }
}
