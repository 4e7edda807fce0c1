package io.loligo.proxy.exchange;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.SiteOptions;
import io.loligo.cache.reuse.ReuseRules;
import io.loligo.cache.storing.StorageRules;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.ClientAddresses;
import io.loligo.proxy.config.ClientMask;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.PortConfig;
import io.loligo.proxy.http1.RequestLimits;
import io.loligo.proxy.origin.Peer;
import io.loligo.proxy.origin.PeerSelection;
import io.loligo.proxy.respond.HeaderFilter;
import io.loligo.proxy.respond.RequestFields;
import io.loligo.proxy.respond.ResponseFields;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * @param unsentFromStore the fields of stored answers that do not go to clients: {@code hidden} and Set-Cookie, which was set
 *     for the client that the answer was fetched for
 * @param unsentFromStoreToSurrogates those of them that do not even go to a surrogate
 * @param mayKeepSetCookie whether a stored answer may be sent with Set-Cookie at all: send_stored_set_cookie, or
 *     refresh_pattern's send-set-cookie
 * @param requestFilter request_header_access and what stands beside it; null where nothing does
 * @param replyFilter reply_header_access and what stands beside it; null where nothing does
 * @param requestLimits how large a request may be
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
        FieldNames unsentFromStore,
        FieldNames unsentFromStoreToSurrogates,
        boolean mayKeepSetCookie,
        @Nullable HeaderFilter requestFilter,
        @Nullable HeaderFilter replyFilter,
        RequestLimits requestLimits,
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
        ClientMask mask = configuration.logs().clientMask();
        HeaderFilter replyFilter =
                HeaderFilter.ofReplies(configuration.headerFields().replyRules(), mask);
        return new Rules(
                configuration,
                freshness,
                configuration.accessRules(),
                new PeerSelection(peers),
                configuration.ports().stream()
                        .collect(Collectors.toUnmodifiableMap(
                                Rules::portKey, port -> site(port, configuration, freshness))),
                new RequestFields(identity, product, configuration.forwarding(), configuration.headerFields()),
                new ResponseFields(identity, product, configuration.forwarding().via(), replyFilter),
                FieldNames.of(configuration.headerFields().hidden()),
                FieldNames.of(configuration.headerFields().hiddenFromSurrogates()),
                withSetCookie(configuration.headerFields().hidden()),
                withSetCookie(configuration.headerFields().hiddenFromSurrogates()),
                mayKeepSetCookie(configuration.caching()),
                HeaderFilter.ofRequests(configuration.headerFields().requestRules(), mask),
                replyFilter,
                new RequestLimits(
                        configuration.limits().requestHeaderMaxSize(),
                        configuration.limits().requestBodyMaxSize()),
                product);
    }

    private static FieldNames withSetCookie(List<String> names) {
        return FieldNames.of(Stream.concat(names.stream(), Stream.of(FieldRule.SET_COOKIE.fieldName()))
                .toList());
    }

    private static boolean mayKeepSetCookie(Configuration.Caching caching) {
        return !caching.sendStoredSetCookie().rules().isEmpty()
                || caching.freshness().refresh().rules().stream()
                        .anyMatch(rule -> rule.has(RefreshRule.Option.SEND_SET_COOKIE));
    }

    /** Whether {@code stored} goes to the client of {@code facts} with its Set-Cookie fields. */
    public boolean sendsSetCookie(RequestFacts facts, StoredHead stored) {
        return mayKeepSetCookie
                && stored.fields().has(FieldRule.SET_COOKIE.fieldName())
                && (stored.refreshRule(freshness.refresh()).has(RefreshRule.Option.SEND_SET_COOKIE)
                        || configuration
                                .caching()
                                .sendStoredSetCookie()
                                .decide(facts.withReply(reply(stored)))
                                .allowed());
    }

    /** {@code stored} as an answer, for access lists. */
    private static ResponseHead reply(StoredHead stored) {
        return new ResponseHead(
                stored.status(),
                stored.reason(),
                stored.fields().plus("Content-Length", Long.toString(stored.bodyLength())));
    }

    /**
     * The request of {@code facts}, with the fields that the origin gets of it, by which stored responses are selected. RFC
     * 9111 §4.1.
     */
    public RequestHead asOriginSees(RequestFacts facts) {
        return requestFilter == null
                ? facts.head()
                : facts.head()
                        .selectingBy(requestFilter.apply(facts.head().fields(), HeaderFilter.Message.request(facts)));
    }

    /** Whether a stored answer may go out as it is stored: what reply_header_access takes away, it lacks then. */
    public boolean sendsStoredForm() {
        return replyFilter == null || replyFilter.isConstant();
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
        return list.decide(facts.withReply(reply(stored))).allowed();
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
