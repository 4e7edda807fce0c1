package io.loligo.proxy.admin;

/** What the holder of an admin token may ask for. */
enum AdminRole {
    /** Everything that changes nothing. */
    READ,
    /** Purges and their receipts. */
    PURGE,
    /** Everything. */
    ALL;

    /** Whether a holder of this role may make a request that needs {@code needed}. */
    boolean permits(AdminRole needed) {
        return this == ALL || this == needed;
    }
}
