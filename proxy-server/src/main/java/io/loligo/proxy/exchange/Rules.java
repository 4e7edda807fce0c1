package io.loligo.proxy.exchange;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.SiteOptions;
import io.loligo.cache.reuse.ReuseRules;
import io.loligo.cache.storing.StorageRules;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.ClientAddresses;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.PortConfig;
import io.loligo.proxy.origin.Peer;
import io.loligo.proxy.origin.PeerSelection;
import io.loligo.proxy.respond.RequestFields;
import io.loligo.proxy.respond.ResponseFields;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A configuration made ready for serving: compiled lists, peers, encoded lines. Immutable; one per load of the
 * configuration.
 *
 * @param configuration what it was made from
 * @param freshness refresh_pattern and the directives beside it
 * @param access http_access and what stands beside it
 * @param selection the peers, in file order
 * @param sites the ports by {@link #portKey}
 * @param requestFields what goes to origins
 * @param responseFields what goes to clients
 * @param hidden the fields of answers that do not go to clients
 * @param hiddenFromSurrogates those of them that do not even go to a surrogate between us and the visitors
 * @param product name and version, as Server and Via say it
 */
public record Rules(
        Configuration configuration,
        FreshnessRules freshness,
        AccessRules access,
        PeerSelection selection,
        Map<String, Site> sites,
        RequestFields requestFields,
        ResponseFields responseFields,
        FieldNames hidden,
        FieldNames hiddenFromSurrogates,
        String product) {

    /**
     * A port and how it rebuilds URLs.
     *
     * @param port the http_port line
     * @param options the same for {@code KeyPolicy}
     * @param reuse the operator's part in what its requests may be answered with
     * @param clients whose word is taken for who its clients are
     */
    public record Site(PortConfig port, SiteOptions options, ReuseRules reuse, ClientAddresses clients) {}

    public static Rules of(Configuration configuration, List<Peer> peers, String version) {
        Configuration.Identity identity = configuration.identity();
        String product = identity.suppressVersion() ? "loligo" : "loligo/" + version;
        FreshnessRules freshness = configuration.caching().freshness();
        return new Rules(
                configuration,
                freshness,
                configuration.accessRules(),
                new PeerSelection(peers),
                configuration.ports().stream()
                        .collect(Collectors.toUnmodifiableMap(
                                Rules::portKey, port -> site(port, configuration, freshness))),
                new RequestFields(identity, product, configuration.forwarding(), configuration.headerFields()),
                new ResponseFields(identity, product, configuration.forwarding().via()),
                FieldNames.of(configuration.headerFields().hidden()),
                FieldNames.of(configuration.headerFields().hiddenFromSurrogates()),
                product);
    }

    /** What names a listener over reloads: address and port as configured. */
    public static String portKey(PortConfig port) {
        return (port.host() == null ? "*" : port.host()) + ":" + port.port();
    }

    /** The site of the listener {@code portKey}; null when a reload took it away. */
    public @Nullable Site site(String portKey) {
        return sites.get(portKey);
    }

    /** Whether send_hit lets {@code stored} answer the request. */
    public boolean sendsHit(RequestFacts facts, StoredHead stored) {
        AccessList list = configuration.caching().sendHit();
        if (list.rules().isEmpty()) {
            return true;
        }
        ResponseHead reply = new ResponseHead(
                stored.status(),
                stored.reason(),
                stored.fields().plus("Content-Length", Long.toString(stored.bodyLength())));
        return list.decide(facts.withReply(reply)).allowed();
    }

    /** Whether the request may share a fetch with others: collapsed_forwarding, collapsed_forwarding_access. */
    public boolean mayCollapse(RequestFacts facts) {
        AccessList list = configuration.caching().collapsedForwardingAccess();
        return configuration.store().collapsedForwarding()
                && (list.rules().isEmpty() || list.decide(facts).allowed());
    }

    /**
     * The operator's part in storing what {@code peer} answers to a request under {@code reuse}.
     *
     * @param facts of the request
     * @param answer the answer, which store_miss looks at
     */
    public StorageRules storage(Peer peer, ReuseRules reuse, RequestFacts facts, ResponseHead answer) {
        Configuration.StoreConfig store = configuration.store();
        AccessList storeMiss = configuration.caching().storeMiss();
        long maximum = store.directories().isEmpty()
                ? Math.min(store.maximumObjectBytes(), store.maximumObjectInMemoryBytes())
                : store.maximumObjectBytes();
        return new StorageRules(
                freshness,
                store.minimumObjectBytes(),
                maximum,
                configuration.caching().minimumExpiryTime(),
                storeMiss.rules().isEmpty()
                        || storeMiss.decide(facts.withReply(answer)).allowed(),
                peer.config().proxyOnly(),
                reuse.ignoreClientCacheControl(),
                configuration.headerFields().targets());
    }

    /** Whether Surrogate-Control is for us, and not for the clients. */
    public boolean isSurrogate() {
        return configuration.headerFields().targets().surrogate() != null;
    }

    private static Site site(PortConfig port, Configuration configuration, FreshnessRules freshness) {
        return new Site(
                port,
                new SiteOptions(
                        port.scheme(),
                        port.port(),
                        port.defaultSite(),
                        port.defaultSitePort(),
                        port.vhost(),
                        port.vport(),
                        configuration.identity().visibleHostname()),
                new ReuseRules(freshness, port.ignoreClientCacheControl()),
                configuration.clientAddresses());
    }
}
