package io.loligo.proxy.access;

/**
 * What is known of the exchange. Squid's has. Wherever an acl is asked here, the request and what the log is made of are known.
 *
 * @param orWithoutReply whether the request, or ALE, is among what it names
 */
record HasAcl(String name, boolean orWithoutReply) implements Acl {
    @Override
    public boolean looksAtReply() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        return orWithoutReply || facts.reply() != null;
    }
}
