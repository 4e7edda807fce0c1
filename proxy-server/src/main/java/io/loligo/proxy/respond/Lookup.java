package io.loligo.proxy.respond;

/** What the look-up in the store came to: Squid's X-Cache-Lookup. */
public enum Lookup {
    /** Something of this key and variant was stored, usable or not. */
    HIT,
    MISS,
    /** The store was not asked. */
    NONE
}
