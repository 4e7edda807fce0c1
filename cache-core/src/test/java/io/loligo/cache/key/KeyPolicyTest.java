package io.loligo.cache.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPolicyTest {

    @DisplayName("Squid's effective URL at port 10081 with visible_hostname me.example; - is absent")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # case                                  | scheme | defaultsite | its port | vhost | vport | authority    | Host                  | URL
        vhost: Host names the site              | http   | -           | 0        | true  | -1    | -            | www.a.example         | http://www.a.example/p?q
        vhost: Host brings its port             | http   | -           | 0        | true  | -1    | -            | www.a.example:10081   | http://www.a.example:10081/p?q
        lower case                              | http   | -           | 0        | true  | -1    | -            | WWW.A.Example         | http://www.a.example/p?q
        the default port goes                   | http   | -           | 0        | true  | -1    | -            | www.a.example:80      | http://www.a.example/p?q
        protocol=HTTPS has another default      | https  | -           | 0        | true  | -1    | -            | www.a.example:443     | https://www.a.example/p?q
        an empty port is none                   | http   | -           | 0        | true  | -1    | -            | www.a.example:        | http://www.a.example/p?q
        the trailing dot goes                   | http   | -           | 0        | true  | -1    | -            | www.a.example.        | http://www.a.example/p?q
        the dot before the port goes            | http   | -           | 0        | true  | -1    | -            | www.a.example.:8080   | http://www.a.example:8080/p?q
        IPv6                                    | http   | -           | 0        | true  | -1    | -            | [2001:DB8::1]:8080    | http://[2001:db8::1]:8080/p?q
        vhost and no Host: defaultsite          | http   | d.example   | 0        | true  | -1    | -            | -                     | http://d.example/p?q
        an empty Host: defaultsite              | http   | d.example   | 0        | true  | -1    | -            | ''                    | http://d.example/p?q
        vhost: Host before defaultsite          | http   | d.example   | 0        | true  | -1    | -            | www.a.example         | http://www.a.example/p?q
        neither: visible_hostname               | http   | -           | 0        | true  | -1    | -            | -                     | http://me.example:10081/p?q
        absolute form before Host               | http   | -           | 0        | true  | -1    | B.example:81 | www.a.example         | http://b.example:81/p?q
        no-vhost: always defaultsite            | http   | d.example   | 0        | false | -1    | -            | www.a.example         | http://d.example/p?q
        no-vhost: whatever the absolute form    | http   | d.example   | 0        | false | -1    | b.example    | -                     | http://d.example/p?q
        no-vhost: defaultsite with its port     | http   | d.example   | 8080     | false | -1    | -            | www.a.example         | http://d.example:8080/p?q
        no-vhost: visible_hostname              | http   | -           | 0        | false | -1    | -            | www.a.example         | http://me.example:10081/p?q
        vport: the listening port               | http   | -           | 0        | true  | 0     | -            | www.a.example:9       | http://www.a.example:10081/p?q
        vport=N: that port                      | http   | -           | 0        | true  | 8888  | -            | www.a.example         | http://www.a.example:8888/p?q
        vport=80: the default again             | http   | -           | 0        | true  | 80    | -            | www.a.example:10081   | http://www.a.example/p?q
        vport over defaultsite's port           | http   | d.example   | 8080     | false | 0     | -            | -                     | http://d.example:10081/p?q
        """)
    void effectiveUri(
            String rule,
            String scheme,
            @Nullable String defaultSite,
            int defaultSitePort,
            boolean vhost,
            int vport,
            @Nullable String authority,
            @Nullable String host,
            String expected) {
        SiteOptions site = new SiteOptions(scheme, 10081, defaultSite, defaultSitePort, vhost, vport, "me.example");

        assertThat(KeyPolicy.effectiveUri(request(host), authority, site)).hasToString(expected);
    }

    @DisplayName("RFC 9112 §3.2: a Host that names no site")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        userinfo                  | user@a.example
        a path                    | a.example/x
        a blank                   | a .example
        two hosts                 | a.example, b.example
        port 0                    | a.example:0
        port beyond 65535         | a.example:65536
        a port that overflows     | a.example:4294967376
        a port with a sign        | a.example:+80
        letters for a port        | a.example:http
        two ports                 | a.example:80:80
        no name                   | :80
        only a dot                | .
        two dots at the end       | a.example..
        two dots in between       | a..example
        a dot at the start        | .a.example
        percent-encoding          | a%2eexample
        bytes beyond ASCII        | ä.example
        an open bracket           | [::1
        junk in brackets          | [::1%25eth0]
        junk behind brackets      | [::1]x
        nothing in brackets       | []x
        """)
    void unusable(String rule, String host) {
        SiteOptions site = new SiteOptions("http", 10081, "d.example", 0, true, -1, "me.example");

        assertThat(KeyPolicy.effectiveUri(request(host), null, site)).isInstanceOf(UnusableHost.class);
    }

    @Test
    @DisplayName("the key holds scheme, host, port, path and query, and the peers that may serve the request")
    void key() {
        EffectiveUri uri = new EffectiveUri("http", "a.example", 80, "/p?q");

        assertThat(new CacheKey(uri, "one,two").text()).isEqualTo("http://a.example:80/p?q one,two");
        assertThat(new CacheKey(uri, "one")).isNotEqualTo(new CacheKey(uri, "two"));
    }

    @DisplayName("RFC 3986 §5.2: references in a message about http://a.example/b/c/d;p?q")
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        http://A.example/x     | http://a.example/x
        https://a.example/x    | https://a.example/x
        http://a.example:80/x  | http://a.example/x
        http://a.example       | http://a.example/
        http://a.example?y     | http://a.example/?y
        //h.example/x          | http://h.example/x
        /x                     | http://a.example/x
        g                      | http://a.example/b/c/g
        ./g                    | http://a.example/b/c/g
        ../g                   | http://a.example/b/g
        ../../../g             | http://a.example/g
        ..                     | http://a.example/b/
        .                      | http://a.example/b/c/
        g/./h/../i?a=../b      | http://a.example/b/c/g/i?a=../b
        ?y                     | http://a.example/b/c/d;p?y
        g#s                    | http://a.example/b/c/g
        #s                     | http://a.example/b/c/d;p?q
        ''                     | http://a.example/b/c/d;p?q
        /a%2fb                 | http://a.example/a%2fb
        g:h                    | -
        ftp://a.example/x      | -
        http:x                 | -
        http://u@a.example/x   | -
        """)
    void resolve(String reference, @Nullable String expected) {
        EffectiveUri resolved = new EffectiveUri("http", "a.example", 80, "/b/c/d;p?q").resolve(reference);

        assertThat(resolved == null ? null : resolved.toString()).isEqualTo(expected);
    }

    private static RequestHead request(@Nullable String host) {
        Fields fields = host == null ? Fields.EMPTY : Fields.of("Host", host);
        return new RequestHead("GET", "/p?q", HttpVersion.HTTP_1_1, fields);
    }
}
