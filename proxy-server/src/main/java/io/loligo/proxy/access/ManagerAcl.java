package io.loligo.proxy.access;

/** The request is for the cache manager: the predefined {@code manager}. */
public record ManagerAcl(String name) implements Acl {
    @Override
    public boolean isAboutManager() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        return AccessRules.isManager(facts);
    }
}
