package io.loligo.tests.bench.parts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.status.CacheStatus;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.config.Configuration.Identity;
import io.loligo.proxy.respond.Answer;
import io.loligo.proxy.respond.CacheRemarks;
import io.loligo.proxy.respond.Lookup;
import io.loligo.proxy.respond.ResponseFields;
import io.loligo.tests.bench.Pages;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The heads that go to clients, in wire form. */
@State(Scope.Thread)
public class HeadBench extends Part {
    private static final int PORT = 80;

    private final ResponseFields fields =
            new ResponseFields(new Identity("cache.example.org", "cache.example.org", false, ""), "loligo/1", true);
    private final StoredHead head = Pages.head(1);
    private final ByteBuffer stored = wire(head);
    private final CacheStatus miss =
            CacheStatus.forwarded(ForwardReason.URI_MISS).withStored();
    private long age;

    @Benchmark
    public ByteBuffer hit() {
        age++;
        return fields.hit(stored.rewind(), PORT, age % 3600, 3600 - age % 3600, true, HttpVersion.HTTP_1_1);
    }

    @Benchmark
    public ByteBuffer miss() {
        return fields.head(
                Answer.withoutBody(200, "OK", head.fields(), new CacheRemarks(miss, false, Lookup.MISS, PORT)),
                false,
                true,
                HttpVersion.HTTP_1_1);
    }

    private static ByteBuffer wire(StoredHead head) {
        StringBuilder text = new StringBuilder("HTTP/1.1 200 OK\r\n");
        head.fields()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        byte[] bytes = text.append("Content-Length: 1024\r\n").toString().getBytes(ISO_8859_1);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
