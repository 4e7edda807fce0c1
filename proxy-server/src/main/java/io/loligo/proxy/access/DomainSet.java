package io.loligo.proxy.access;

import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Domain names, exact or with all names below them (a leading dot), found in one walk over the host from its end, without
 * garbage. Squid's dstdomain. Names are compared without case; a final dot does not count.
 */
public final class DomainSet {
    private final String[] exact;
    private final String[] suffixes;
    private final TreeSet<String> asWritten = new TreeSet<>();

    private DomainSet(Collection<String> domains) {
        exact = new String[tableSize(domains.size())];
        suffixes = new String[tableSize(domains.size())];
        for (String domain : domains) {
            String name = normal(domain);
            asWritten.add(name);
            if (name.startsWith(".")) {
                put(suffixes, name.substring(1));
            } else {
                put(exact, name);
            }
        }
    }

    public static DomainSet of(Collection<String> domains) {
        return new DomainSet(domains);
    }

    /** Whether {@code host} (lower case, without a final dot) is one of the names or below one with a leading dot. */
    public boolean contains(String host) {
        int hash = 0;
        for (int i = host.length() - 1; i >= 0; i--) {
            char c = host.charAt(i);
            if (c == '.' && has(suffixes, host, i + 1, hash)) {
                return true;
            }
            hash = 31 * hash + c;
        }
        return has(exact, host, 0, hash) || has(suffixes, host, 0, hash);
    }

    /** The names in order, those with all names below them with their leading dot. */
    public Collection<String> names() {
        return asWritten;
    }

    private static String normal(String domain) {
        String name = domain.toLowerCase(Locale.ROOT);
        if (name.endsWith(".") && name.length() > 1) {
            name = name.substring(0, name.length() - 1);
        }
        return name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
    }

    /** A power of two with at least as many empty slots as names. */
    private static int tableSize(int names) {
        return Integer.highestOneBit(Math.max(1, names)) << 2;
    }

    private static int backwardHash(String name) {
        int hash = 0;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = 31 * hash + name.charAt(i);
        }
        return hash;
    }

    private static int slot(int hash, int size) {
        return (hash ^ hash >>> 16) & size - 1;
    }

    private static void put(String[] table, String name) {
        int slot = slot(backwardHash(name), table.length);
        while (table[slot] != null && !table[slot].equals(name)) {
            slot = slot + 1 & table.length - 1;
        }
        table[slot] = name;
    }

    private static boolean has(String[] table, String host, int from, int hash) {
        int length = host.length() - from;
        for (int slot = slot(hash, table.length); table[slot] != null; slot = slot + 1 & table.length - 1) {
            if (table[slot].length() == length && host.regionMatches(from, table[slot], 0, length)) {
                return true;
            }
        }
        return false;
    }
}
