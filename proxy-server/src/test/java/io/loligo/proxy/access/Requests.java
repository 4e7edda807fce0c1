package io.loligo.proxy.access;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;

/** Facts of requests, for tests: {@code METHOD URL} from 203.0.113.9 to 192.0.2.1:81. */
public final class Requests {
    private Requests() {}

    public static RequestFacts get(String url, String... fields) {
        return request("GET", url, "203.0.113.9", 81, fields);
    }

    public static RequestFacts from(String client, String method, String url, String... fields) {
        return request(method, url, client, 81, fields);
    }

    public static RequestFacts onPort(int port, String url) {
        return request("GET", url, "203.0.113.9", port);
    }

    private static RequestFacts request(String method, String url, String client, int port, String... fields) {
        int slashes = url.indexOf("://");
        String scheme = url.substring(0, slashes);
        int path = url.indexOf('/', slashes + 3);
        String target = path < 0 ? "/" : url.substring(path);
        URI authority = URI.create("x://" + url.substring(slashes + 3, path < 0 ? url.length() : path));
        int urlPort = authority.getPort() < 0 ? EffectiveUri.defaultPort(scheme) : authority.getPort();
        return new RequestFacts(
                new RequestHead(method, target, HttpVersion.HTTP_1_1, Fields.of(fields)),
                new EffectiveUri(scheme, authority.getHost(), urlPort, target),
                new InetSocketAddress(address(client), 40_000),
                new InetSocketAddress(address("192.0.2.1"), port),
                String.valueOf(port));
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
