package io.loligo.proxy.access;

/** The URL's host is one of the domains: dstdomain. A host that is an address is compared as written, never looked up. */
public record DomainAcl(String name, DomainSet domains) implements Acl {
    @Override
    public boolean matches(RequestFacts facts) {
        return domains.contains(facts.uri().host());
    }
}
