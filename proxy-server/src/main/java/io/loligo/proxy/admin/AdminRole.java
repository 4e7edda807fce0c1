package io.loligo.proxy.admin;

/** What the holder of an admin token may ask for; {@link AdminRoutes} says it for each request. */
enum AdminRole {
    /** Everything that changes nothing. */
    READ,
    /** Purges and their receipts. */
    PURGE,
    /** Everything. */
    ALL
}
