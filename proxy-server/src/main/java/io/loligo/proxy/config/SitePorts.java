package io.loligo.proxy.config;

import io.loligo.cache.key.EffectiveUri;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The ports by which URLs name the pages of this server's own sites. Where this server listens on port 81, {@code
 * http://www.example.org/a} and {@code http://www.example.org:81/a} are two spellings of one page: clients that are sent to port
 * 81 by something in front of it leave the port out, others name it in Host. Each spelling has a key of its own, as in Squid; a
 * purge is about both.
 */
public final class SitePorts {
    private final List<PortConfig> accelerated;

    /** @param ports the http_port lines in force */
    public SitePorts(List<PortConfig> ports) {
        accelerated = ports.stream().filter(PortConfig::accelerated).toList();
    }

    /**
     * The URLs that name the page of {@code uri}, {@code uri} first. A URL without a port may mean the page of any port of this
     * server; a URL with a port of this server is also spelled without it; no other port has a second spelling.
     */
    public List<EffectiveUri> spellings(EffectiveUri uri) {
        int usual = EffectiveUri.defaultPort(uri.scheme());
        Set<Integer> own = accelerated.stream()
                .filter(port -> port.scheme().equals(uri.scheme()))
                .flatMapToInt(SitePorts::named)
                .boxed()
                .collect(Collectors.toSet());
        List<EffectiveUri> spellings = new ArrayList<>();
        spellings.add(uri);
        if (uri.port() == usual) {
            own.stream().filter(port -> port != usual).sorted().forEach(port -> spellings.add(at(uri, port)));
        } else if (own.contains(uri.port())) {
            spellings.add(at(uri, usual));
        }
        return spellings;
    }

    /** The ports that URLs of requests to {@code port} may have: the listening port, those of defaultsite= and vport=. */
    private static IntStream named(PortConfig port) {
        return IntStream.of(port.port(), port.defaultSitePort(), port.vport()).filter(number -> number > 0);
    }

    private static EffectiveUri at(EffectiveUri uri, int port) {
        return new EffectiveUri(uri.scheme(), uri.host(), port, uri.pathAndQuery());
    }
}
