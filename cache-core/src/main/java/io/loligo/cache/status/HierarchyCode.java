package io.loligo.cache.status;

/** How the peer that answered was chosen: Squid's hierarchy codes, as they stand in access.log. */
public enum HierarchyCode {
    HIER_NONE,
    DEFAULT_PARENT,
    FIRSTUP_PARENT,
    ROUNDROBIN_PARENT,
    SOURCEHASH_PARENT,
    USERHASH_PARENT,
    CARP,
    ANY_OLD_PARENT
}
