package io.loligo.proxy.respond;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What act-as-origin makes of a stored answer's fields: a page that seems to come from its origin just now. Squid's
 * http_port act-as-origin.
 */
public final class ActAsOrigin {
    private ActAsOrigin() {}

    /**
     * Date is now, Expires what is left of the lifetime; what the origin said stands in X-Origin-Date and
     * X-Origin-Expires, and the age in X-Cache-Age.
     *
     * @param stored without Age
     * @param lifetime what the origin gave it; null for nothing, and Expires stays as it is
     */
    public static Fields fields(Fields stored, Freshness freshness, @Nullable Duration lifetime, Instant now) {
        Fields fields = stored;
        String date = stored.first("Date");
        if (date != null) {
            fields = fields.plus("X-Origin-Date", date);
        }
        fields = fields.with("Date", HttpDate.format(now));
        String expires = stored.first("Expires");
        if (expires != null && lifetime != null) {
            Instant expiry = now.minus(freshness.age()).plus(lifetime);
            fields = fields.plus("X-Origin-Expires", expires).with("Expires", HttpDate.format(expiry));
        }
        return fields.plus("X-Cache-Age", Long.toString(freshness.ageSeconds()));
    }
}
