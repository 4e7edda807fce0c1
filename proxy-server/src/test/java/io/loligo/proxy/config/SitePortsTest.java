package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.key.EffectiveUri;
import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The ports of this server's sites")
class SitePortsTest {
    private static final String REST =
            "cache_peer 127.0.0.1 parent 9 0 no-query originserver\nhttp_access allow all\naccess_log none\n";

    @DisplayName("give a page its spellings")
    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # http_port lines                                | of                      | spellings
        81 accel vhost                                   | http://a.example/x      | http://a.example/x http://a.example:81/x
        81 accel vhost                                   | http://a.example:81/x   | http://a.example:81/x http://a.example/x
        81 accel vhost                                   | http://a.example:82/x   | http://a.example:82/x
        81 accel vhost                                   | https://a.example/x     | https://a.example/x
        81 accel vhost protocol=https                    | https://a.example/x     | https://a.example/x https://a.example:81/x
        80 accel vhost                                   | http://a.example/x      | http://a.example/x
        82 accel vhost, 81 accel vhost                   | http://a.example/x      | http://a.example/x http://a.example:81/x http://a.example:82/x
        82 accel vhost, 81 accel vhost                   | http://a.example:81/x   | http://a.example:81/x http://a.example/x
        81 accel vhost vport=8080                        | http://a.example:8080/x | http://a.example:8080/x http://a.example/x
        81 accel defaultsite=a.example:8081              | http://a.example:8081/x | http://a.example:8081/x http://a.example/x
        80 accel vhost, 3128                             | http://a.example:3128/x | http://a.example:3128/x
        """)
    void spellings(String ports, String of, String spellings) {
        StringBuilder conf = new StringBuilder(REST);
        for (String port : ports.split(", ", -1)) {
            conf.append("http_port ").append(port).append('\n');
        }
        SitePorts own = Conf.configuration(conf.toString()).sitePorts();

        assertThat(own.spellings(uri(of)).stream().map(EffectiveUri::toString))
                .containsExactly(spellings.split(" ", -1));
    }

    private static EffectiveUri uri(String text) {
        URI uri = URI.create(text);
        int port = uri.getPort() < 0 ? EffectiveUri.defaultPort(uri.getScheme()) : uri.getPort();
        return new EffectiveUri(uri.getScheme(), uri.getHost(), port, uri.getPath());
    }
}
