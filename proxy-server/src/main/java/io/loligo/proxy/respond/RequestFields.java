package io.loligo.proxy.respond;

import io.loligo.cache.http.CacheControlTargets.Surrogate;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.Configuration.ForwardedFields;
import io.loligo.proxy.http1.FramingNames;
import io.loligo.proxy.log.AddressText;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields that go to an origin: the client's end-to-end ones, Host rebuilt from what was understood, Via and
 * X-Forwarded-For, and the URL in X-Forwarded-Proto, -Host and -Port where that is asked for; this server's name in CDN-Loop where others have put theirs there. RFC 9110 §7.6, RFC 8586; Squid's
 * via and forwarded_for.
 *
 * <p>Immutable, used by every I/O thread.
 */
public final class RequestFields {
    private static final String SURROGATE_CAPABILITY = "Surrogate-Capability";
    private static final String CDN_LOOP = "CDN-Loop";
    /** Host, Via, CDN-Loop, X-Forwarded-For, -Proto, -Host and -Port, Surrogate-Capability. */
    private static final int ADDED_MAX = 8;

    /** Fields that belong to the connection with the client, or that the origin connection writes itself. */
    private static final List<String> OURS = List.of("Host", "Content-Length", "Expect", "Via", "X-Forwarded-For");

    private static final String PROTO = "X-Forwarded-Proto";
    private static final String HOST = "X-Forwarded-Host";
    private static final String PORT = "X-Forwarded-Port";

    private final Configuration.Forwarding forwarding;
    /** The fields of clients in whose place we write our own. */
    private final FieldNames ours;
    /** What stands for this server in CDN-Loop. */
    private final String cdnId;

    /** Fields that could make the answer one to another request than the key says. */
    private final FieldNames unkeyed;

    private final @Nullable Surrogate surrogate;
    private final String viaHop;
    /** Via for most requests. */
    private final String via11;

    private final String ownName;

    /** @param product what stands in Via, for example {@code loligo/0.1.0} */
    public RequestFields(
            Configuration.Identity identity,
            String product,
            Configuration.Forwarding forwarding,
            Configuration.HeaderFields headerFields) {
        this.forwarding = forwarding;
        this.ours = FieldNames.of(Stream.concat(OURS.stream(), names(forwarding.forwardedFields()))
                .toList());
        this.surrogate = headerFields.targets().surrogate();
        this.unkeyed =
                FieldNames.of(Stream.concat(headerFields.unkeyedInRequests().stream(), Stream.of(SURROGATE_CAPABILITY))
                        .toList());
        this.viaHop = " " + identity.uniqueHostname() + " (" + product + ")";
        this.via11 = HttpVersion.HTTP_1_1.number() + viaHop;
        this.cdnId = surrogate == null ? identity.uniqueHostname() : surrogate.id();
        this.ownName = " " + identity.uniqueHostname() + " (loligo";
    }

    /**
     * The fields of {@code head} as an origin gets them.
     *
     * @param cacheable whether the answer may serve others
     */
    public Fields toOrigin(RequestHead head, EffectiveUri uri, InetAddress client, boolean cacheable) {
        Fields kept = MaxForwards.decremented(head, FieldRule.endToEnd(head.fields()));
        Fields.Builder fields = Fields.builder(kept.size() + ADDED_MAX).add("Host", uri.authority());
        for (int i = 0; i < kept.size(); i++) {
            String name = kept.name(i);
            if (!ours.contains(name) && !FramingNames.isShadow(name) && !(cacheable && unkeyed.contains(name))) {
                fields.add(name, kept.value(i));
            }
        }
        for (int i = kept.indexOf("Via", 0); i >= 0; i = kept.indexOf("Via", i + 1)) {
            fields.add("Via", kept.value(i));
        }
        if (forwarding.via()) {
            fields.add(
                    "Via",
                    head.version() == HttpVersion.HTTP_1_1
                            ? via11
                            : head.version().number() + viaHop);
        }
        if (surrogate != null || kept.has(CDN_LOOP)) {
            fields.add(CDN_LOOP, cdnId);
        }
        forwardedFor(fields, kept, client);
        forwardedUrl(fields, uri);
        if (surrogate != null) {
            fields.add(SURROGATE_CAPABILITY, surrogate.id() + "=\"Surrogate/1.0\"");
        }
        return fields.build();
    }

    private static Stream<String> names(ForwardedFields forwarded) {
        return Stream.of(forwarded.proto() ? PROTO : "", forwarded.host() ? HOST : "", forwarded.port() ? PORT : "")
                .filter(name -> !name.isEmpty());
    }

    /** The URL in the key says all of it, so that what an origin makes of it cannot reach another URL's visitors. */
    private void forwardedUrl(Fields.Builder fields, EffectiveUri uri) {
        ForwardedFields forwarded = forwarding.forwardedFields();
        if (forwarded.proto()) {
            fields.add(PROTO, uri.scheme());
        }
        if (forwarded.host()) {
            fields.add(HOST, uri.authority());
        }
        if (forwarded.port()) {
            fields.add(PORT, Integer.toString(uri.port()));
        }
    }

    /** Whether this server sent the request itself, as its Via says. RFC 9110 §7.6.3. */
    public boolean isLoop(RequestHead head) {
        if (!head.fields().has("Via")) {
            return false;
        }
        for (String via : head.fields().all("Via")) {
            if (via.contains(ownName)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this server sent the request itself, as its CDN-Loop says. RFC 8586 §2. */
    public boolean isCdnLoop(RequestHead head) {
        if (!head.fields().has(CDN_LOOP)) {
            return false;
        }
        for (String line : head.fields().all(CDN_LOOP)) {
            for (String member : line.split(",", -1)) {
                int parameters = member.indexOf(';');
                String id = parameters < 0 ? member : member.substring(0, parameters);
                if (id.strip().equalsIgnoreCase(cdnId)) {
                    return true;
                }
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
