package io.loligo.proxy.log;

import io.loligo.proxy.config.ClientMask;
import java.time.ZoneId;

/** What the lines of all access logs have in common. Used by the thread that writes the logs. */
final class LineSettings {
    private final boolean stripQueryTerms;
    private final ClientMask mask;
    private final ZoneId zone;
    private long sequence = -1;

    /**
     * @param stripQueryTerms strip_query_terms: the URL ends with its {@code ?}
     * @param mask client_netmask
     * @param zone of local times
     */
    LineSettings(boolean stripQueryTerms, ClientMask mask, ZoneId zone) {
        this.stripQueryTerms = stripQueryTerms;
        this.mask = mask;
        this.zone = zone;
    }

    ClientMask mask() {
        return mask;
    }

    ZoneId zone() {
        return zone;
    }

    /** The URL of {@code t} as it is logged. */
    String url(Transaction t) {
        String url = t.url();
        int query = stripQueryTerms ? url.indexOf('?') : -1;
        return query < 0 ? url : url.substring(0, query + 1);
    }

    /** Another transaction begins. */
    void next(long number) {
        sequence = number;
    }

    /** The number of the transaction at hand, from 0 since the start. */
    long sequence() {
        return sequence;
    }
}
