package io.loligo.tests.bench.parts;

import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.config.Loaded;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** http_access for one request. */
@State(Scope.Thread)
public class AccessBench extends Part {
    private static final String PORT = """
            http_port 127.0.0.1:8080 accel defaultsite=www.example.org vhost
            cache_peer 127.0.0.1 parent 8081 0 no-query originserver name=origin
            access_log none
            """;

    /** What is asked: one line for all, or a site's list in which the last line decides. */
    public enum Lines {
        ALL("http_access allow all\n"),
        SITE("""
            acl bad src 192.0.2.0/24 198.51.100.0/24
            acl robots browser -i (evil|scraper)bot
            acl admin urlpath_regex ^/admin/ ^/private/.*\\.(php|cgi)$
            acl writes method PUT DELETE
            acl office src 10.0.0.0/8
            acl site dstdomain www.example.org .example.com
            http_access deny bad
            http_access deny robots
            http_access deny admin !office
            http_access deny writes !office
            http_access allow site
            http_access deny all
            """);

        private final String text;

        Lines(String text) {
            this.text = text;
        }
    }

    @Param({"ALL", "SITE"})
    public Lines lines = Lines.ALL;

    private final RequestFacts facts = new RequestFacts(
            Request.head(1),
            new EffectiveUri("http", "www.example.org", 80, Request.head(1).target()),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080),
            "8080");

    @SuppressWarnings("NullAway.Init") // read() sets it.
    private AccessRules rules;

    @Setup
    public void read() throws IOException {
        Path file = Files.createTempFile("loligo-bench", ".conf");
        try {
            Loaded loaded = ConfigurationLoader.load(Files.writeString(file, PORT + lines.text), LoadOptions.DEFAULT);
            Configuration configuration = loaded.configuration();
            if (configuration == null) {
                throw new IllegalStateException(loaded.problems().toString());
            }
            rules = configuration.accessRules();
        } finally {
            Files.delete(file);
        }
        if (!decide().allowed()) {
            throw new IllegalStateException("the request is to be allowed: " + decide());
        }
    }

    @Benchmark
    public AccessVerdict decide() {
        return rules.decide(facts);
    }
}
