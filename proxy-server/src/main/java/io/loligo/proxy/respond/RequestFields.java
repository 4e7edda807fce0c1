package io.loligo.proxy.respond;

import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.log.AddressText;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;

/**
 * The fields that go to an origin: the client's end-to-end ones, Host rebuilt from what was understood, Via and
 * X-Forwarded-For. RFC 9110 §7.6; Squid's via and forwarded_for.
 *
 * <p>Immutable, used by every I/O thread.
 */
public final class RequestFields {
    /**
     * Fields that make frameworks answer for another URL or method than the one in the key: a cached answer to such a
     * request would be served to everybody.
     */
    private static final Set<String> KEY_BENDING = Set.of(
            "x-original-url",
            "x-rewrite-url",
            "x-http-method-override",
            "x-http-method",
            "x-method-override",
            "x-forwarded-host");

    /** Fields that belong to the connection with the client, or that the origin connection writes itself. */
    private static final Set<String> OURS = Set.of("host", "content-length", "expect", "via", "x-forwarded-for");

    private final Configuration.Forwarding forwarding;
    private final String viaHop;
    private final String ownName;

    /** @param product what stands in Via, for example {@code loligo/0.1.0} */
    public RequestFields(Configuration.Identity identity, String product, Configuration.Forwarding forwarding) {
        this.forwarding = forwarding;
        this.viaHop = identity.uniqueHostname() + " (" + product + ")";
        this.ownName = " " + identity.uniqueHostname() + " (loligo";
    }

    /**
     * The fields of {@code head} as an origin gets them.
     *
     * @param cacheable whether the answer may serve others
     */
    public Fields toOrigin(RequestHead head, EffectiveUri uri, InetAddress client, boolean cacheable) {
        Fields kept = FieldRule.endToEnd(head.fields());
        Fields.Builder fields = Fields.builder().add("Host", uri.authority());
        kept.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!OURS.contains(lower) && !(cacheable && KEY_BENDING.contains(lower))) {
                fields.add(name, value);
            }
        });
        fields.addAll("Via", kept.all("Via"));
        if (forwarding.via()) {
            fields.add("Via", head.version().number() + " " + viaHop);
        }
        forwardedFor(fields, kept, client);
        return fields.build();
    }

    /** Whether this server sent the request itself. RFC 9110 §7.6.3. */
    public boolean isLoop(RequestHead head) {
        for (String via : head.fields().all("Via")) {
            if (via.contains(ownName)) {
                return true;
            }
        }
        return false;
    }

    private void forwardedFor(Fields.Builder fields, Fields kept, InetAddress client) {
        String before = kept.combined("X-Forwarded-For");
        String chain = before == null ? "" : before + ", ";
        switch (forwarding.forwardedFor()) {
            case ON -> fields.add("X-Forwarded-For", chain + AddressText.of(client));
            case OFF -> fields.add("X-Forwarded-For", chain + "unknown");
            case TRUNCATE -> fields.add("X-Forwarded-For", AddressText.of(client));
            case TRANSPARENT -> {
                if (before != null) {
                    fields.add("X-Forwarded-For", before);
                }
            }
            case DELETE -> {}
        }
    }
}
