package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.config.LogFormat.BuiltIn;
import io.loligo.tests.bench.parts.Part;
import java.net.InetAddress;
import java.time.ZoneOffset;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The text of one line of the access log, for a hit. */
@State(Scope.Thread)
public class AccessLogLineBench extends Part {
    @Param({"SQUID", "COMBINED"})
    public BuiltIn format = BuiltIn.SQUID;

    private final AccessLogLine lines = new AccessLogLine(true, false, ZoneOffset.UTC);
    private final StringBuilder line = new StringBuilder(512);
    private final Transaction hit = new Transaction(
            1_795_219_353_708L,
            0,
            InetAddress.getLoopbackAddress(),
            new RequestHead(
                    "GET",
                    "/",
                    HttpVersion.HTTP_1_1,
                    Fields.of(
                            "Referer", "http://www.example.org/news", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")),
            null,
            "http://www.example.org/news/2026/1/article-1?from=front",
            ResultCode.TCP_MEM_HIT,
            200,
            "text/html",
            SentHead.NONE,
            1_700,
            1_024,
            false,
            Transaction.Route.NONE);

    @Benchmark
    public int line() {
        line.setLength(0);
        lines.append(line, format, hit);
        return line.length();
    }
}
