package io.loligo.proxy.access;

/** A named acl: a predicate over the facts of a request. Squid's acl. Immutable, evaluated by any thread, without I/O. */
public interface Acl {

    /** The name in the configuration. */
    String name();

    boolean matches(RequestFacts facts);

    /** Whether it looks at the answer, so that it matches nothing where there is none yet. */
    default boolean looksAtReply() {
        return false;
    }
}
