package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** A finished exchange for tests: a hit of 343 bytes by 127.0.0.1 unless said otherwise. */
public final class Exchange {
    private long endMillis = 1_795_219_353_708L;
    private long elapsedMillis;
    private InetAddress client = address("127.0.0.1");
    private ResultCode result = ResultCode.TCP_MEM_HIT;
    private boolean aborted;
    private int status = 200;
    private long bytesSent = 343;
    private String method = "GET";
    private String url = "http://www.example.org/sid/one?";
    private HierarchyCode hierarchy = HierarchyCode.HIER_NONE;
    private @Nullable String peer;
    private Transaction.@Nullable Peered peered;
    private @Nullable String contentType = "text/plain";
    private Fields requestFields = Fields.EMPTY;
    private SentHead sentHead = SentHead.NONE;
    private boolean readable = true;

    private Exchange() {}

    public static Exchange hit() {
        return new Exchange();
    }

    public static Exchange miss() {
        return new Exchange().result(ResultCode.TCP_MISS).peer(HierarchyCode.FIRSTUP_PARENT, "127.0.0.1");
    }

    public Exchange endedAt(long millis) {
        endMillis = millis;
        return this;
    }

    public Exchange took(long millis) {
        elapsedMillis = millis;
        return this;
    }

    public Exchange client(String address) {
        client = address(address);
        return this;
    }

    public Exchange result(ResultCode code) {
        result = code;
        return this;
    }

    public Exchange aborted() {
        aborted = true;
        return this;
    }

    public Exchange status(int code) {
        status = code;
        return this;
    }

    public Exchange bytes(long sent) {
        bytesSent = sent;
        return this;
    }

    public Exchange method(String name) {
        method = name;
        return this;
    }

    public Exchange url(String text) {
        url = text;
        return this;
    }

    public Exchange peer(HierarchyCode code, @Nullable String address) {
        hierarchy = code;
        peer = address;
        return this;
    }

    public Exchange peered(Transaction.Peered of) {
        peered = of;
        return this;
    }

    public Exchange contentType(@Nullable String type) {
        contentType = type;
        return this;
    }

    public Exchange request(String... namesAndValues) {
        requestFields = Fields.of(namesAndValues);
        return this;
    }

    public Exchange response(String... namesAndValues) {
        sentHead = SentHead.of(Fields.of(namesAndValues));
        return this;
    }

    public Exchange unreadable() {
        readable = false;
        return this;
    }

    public Transaction build() {
        RequestHead head = new RequestHead(method, "/", HttpVersion.HTTP_1_1, requestFields);
        RequestFacts facts = readable
                ? new RequestFacts(
                        head,
                        new EffectiveUri("http", "www.example.org", 80, "/"),
                        new InetSocketAddress(client, 40_000),
                        new InetSocketAddress(address("127.0.0.1"), 10_081),
                        "10081")
                : null;
        return new Transaction(
                endMillis,
                elapsedMillis,
                client,
                head,
                facts,
                url,
                result,
                status,
                contentType,
                sentHead,
                bytesSent,
                Math.max(0, bytesSent - 200),
                aborted,
                new Transaction.Route(hierarchy, peer, peered));
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(literal, impossible);
        }
    }
}
