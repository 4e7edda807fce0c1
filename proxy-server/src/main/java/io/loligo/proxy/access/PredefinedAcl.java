package io.loligo.proxy.access;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The acls that exist without a line, one row each: the parser and the manual read the same rows. */
public enum PredefinedAcl {
    ALL(AclType.SRC, "Every request", new EveryRequestAcl("all")),
    MANAGER(
            AclType.URL_REGEX,
            "The request is for the cache manager: /squid-internal-mgr/ on any port, or cache_object:",
            new ManagerAcl("manager")),
    LOCALHOST(
            AclType.SRC,
            "The client is on this machine: 127.0.0.0/8 or ::1",
            new AddressAcl("localhost", AddressAcl.Side.CLIENT, set("127.0.0.0/8", "::1"))),
    TO_LOCALHOST(
            AclType.DST,
            "The host in the URL is this machine: localhost, 127.0.0.0/8, 0.0.0.0, ::1 or ::; other names are not looked up",
            new HostAddressAcl("to_localhost", set("127.0.0.0/8", "0.0.0.0", "::1", "::"))),
    TO_LINKLOCAL(
            AclType.DST,
            "The host in the URL is an address of one link: 169.254.0.0/16 or fe80::/10; names are not looked up",
            new HostAddressAcl("to_linklocal", set("169.254.0.0/16", "fe80::/10"))),
    CONNECT(
            AclType.METHOD,
            "The request's method is CONNECT",
            new WordAcl("CONNECT", WordAcl.Which.METHOD, List.of("CONNECT")));

    private final AclType type;
    private final String meaning;
    private final Acl acl;

    PredefinedAcl(AclType type, String meaning, Acl acl) {
        this.type = type;
        this.meaning = meaning;
        this.acl = acl;
    }

    /** The predefined acl {@code name}, if there is one. */
    public static Optional<PredefinedAcl> find(String name) {
        return Arrays.stream(values())
                .filter(predefined -> predefined.acl.name().equals(name))
                .findFirst();
    }

    /** The type that a line of its name has to have to add to it. */
    public AclType type() {
        return type;
    }

    /** When it matches, in one line. */
    public String meaning() {
        return meaning;
    }

    public Acl acl() {
        return acl;
    }

    private static AddressSet set(String... items) {
        AddressSet.Builder builder = AddressSet.builder();
        for (String item : items) {
            if (!builder.add(item)) {
                throw new IllegalArgumentException(item);
            }
        }
        return builder.build();
    }
}
