package io.loligo.proxy.access;

import java.util.List;
import java.util.Optional;

/** A named acl: a predicate over the facts of a request. Squid's acl. Immutable, evaluated by any thread, without I/O. */
public interface Acl {

    /** The name in the configuration. */
    String name();

    boolean matches(RequestFacts facts);

    /** Whether it matches every request. */
    default boolean matchesAlways() {
        return false;
    }

    /** Whether it looks at nothing but who connected to where, so that it can be asked before there is a request. */
    default boolean looksAtConnectionOnly() {
        return false;
    }

    /** Whether it looks at the answer, so that it matches nothing where there is none yet. */
    default boolean looksAtReply() {
        return false;
    }

    /** Whether it looks at a field of the answer other than its type. */
    default boolean looksAtReplyBeyondType() {
        return false;
    }

    /** Whether it asks if a request is for the manager. */
    default boolean isAboutManager() {
        return false;
    }

    /** Whether it is of type method and names {@code method}. */
    default boolean namesMethod(String method) {
        return false;
    }

    /** Whether it is about the client's address, and matches one of this machine, but not every one. */
    default boolean trustsThisMachine() {
        return false;
    }

    /** The acls that it is made of; none for all but groups. */
    default List<Acl> members() {
        return List.of();
    }

    /** The first acl, itself or a member, that cannot be evaluated. */
    default Optional<UnsupportedAcl> unsupported() {
        return members().stream()
                .flatMap(member -> member.unsupported().stream())
                .findFirst();
    }

    /** Matches what this or {@code other} matches; named as this. */
    default Acl or(Acl other) {
        return GroupAcl.anyOf(name(), List.of(this, other));
    }
}
