package io.loligo.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.proxy.admin.PurgeRequest.Wanted;
import io.loligo.proxy.log.PurgeWords;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PurgeRequestTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static PurgeRequest parse(String json) throws Exception {
        return PurgeRequest.parse(JSON.readTree(json));
    }

    @DisplayName("what is asked for, as URLs are stored: host in lower case, no default port, the rest byte for byte")
    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '~', textBlock = """
        {"urls":["http://a.example/x"]}              ~ url     ~ http://a.example/x
        {"urls":["HTTP://A.Example:80/X?Q#f"]}       ~ url     ~ http://a.example/X?Q
        {"urls":["https://a.example:443"]}           ~ url     ~ https://a.example/
        {"urls":["https://a.example:80?q"]}          ~ url     ~ https://a.example:80/?q
        {"urls":["http://a.example./a|b{%7c}/../"]}  ~ url     ~ http://a.example/a|b{%7c}/../
        {"urls":["http://my_host/[x]"]}              ~ url     ~ http://my_host/[x]
        {"urls":["http://[::1]:8080/"]}              ~ url     ~ http://[::1]:8080/
        {"tags":["news"]}                            ~ tag     ~ news
        {"tags":["Two Words"]}                       ~ tag     ~ Two Words
        {"host":"WWW.Example.ORG."}                  ~ host    ~ www.example.org
        {"host":"[::1]"}                             ~ host    ~ [::1]
        {"prefix":"http://A.example:80/News"}        ~ prefix  ~ http://a.example/News
        {"prefix":"http://A.example:80"}             ~ prefix  ~ http://a.example:80
        {"prefix":"https://a.example:80/"}           ~ prefix  ~ https://a.example:80/
        {"prefix":"HTTPS://a.exam"}                  ~ prefix  ~ https://a.exam
        {"prefix":"Htt"}                             ~ prefix  ~ htt
        {"glob":"http://*.Example.org:80/*.CSS"}     ~ glob    ~ http://*.example.org/*.CSS
        {"glob":"*/News/*"}                          ~ glob    ~ */News/*
        {"glob":"http?://a.example/"}                ~ glob    ~ http?://a.example/
        {"pattern":"/(a|B)$"}                        ~ pattern ~ /(a|B)$
        {"all":true}                                 ~ all     ~ ''
        """)
    void targets(String json, String kind, String text) throws Exception {
        PurgeRequest request = parse(json);

        assertThat(request.wanted()).hasSize(1);
        Wanted wanted = request.wanted().get(0);
        assertThat(wanted.problem()).isNull();
        assertThat(PurgeWords.of(Objects.requireNonNull(wanted.target()))).isEqualTo(new PurgeWords(kind, text));
        assertThat(wanted.kind()).isEqualTo(kind);
    }

    @DisplayName("what cannot be understood is refused with what was expected")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '~', textBlock = """
        []                                  ~ expected an object with one of urls, prefix, host, glob, pattern, tags, all
        {}                                  ~ expected exactly one of urls, prefix, host, glob, pattern, tags, all
        {"soft":true}                       ~ expected exactly one of
        {"urls":["http://a/"],"all":true}   ~ expected exactly one of urls, prefix, host, glob, pattern, tags, all, not urls, all
        {"prefix":"http://a/","sof":true}   ~ not sof
        {"url":"http://a/"}                 ~ not url
        {"urls":[]}                         ~ expected {"urls":["http://…", …]} with at least one URL
        {"urls":"http://a/"}                ~ expected {"urls":["http://…", …]} with at least one URL
        {"urls":[1]}                        ~ expected {"urls":["http://…", …]} with at least one URL
        {"tags":[]}                         ~ expected {"tags":["…", …]} with at least one tag
        {"tags":"news"}                     ~ expected {"tags":["…", …]} with at least one tag
        {"all":false}                       ~ expected "all":true
        {"all":"yes"}                       ~ expected "all":true
        {"all":true,"soft":"yes"}           ~ soft is true or false
        {"all":true,"dry_run":1}            ~ dry_run is true or false
        {"prefix":""}                       ~ expected a prefix that is not empty
        {"prefix":["http://a/"]}            ~ expected a text as prefix
        {"prefix":"www.example.org/"}       ~ no URL begins with www.example.org/
        {"prefix":"/news"}                  ~ no URL begins with /news
        {"glob":""}                         ~ expected a glob that is not empty
        {"glob":"/news/*"}                  ~ no URL begins as /news/* does
        {"pattern":""}                      ~ expected a pattern that is not empty
        {"host":""}                         ~ expected a host that is not empty
        {"host":"a.example:8080"}           ~ expected a host's name without a port
        {"host":"http://a.example/"}        ~ expected a host's name
        {"host":"*.example.org"}            ~ for several there is glob
        """)
    void refused(String json, String message) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(PurgeRequest.Refused.class)
                .hasMessageContaining(message);
    }

    @DisplayName("of a list only what cannot be understood is refused")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '~', textBlock = """
        ''                    ~ expected a URL that is not empty
        nonsense              ~ expected a whole URL, http://host[:port]/path
        ftp://a.example/      ~ expected a whole URL, http://host[:port]/path
        /news                 ~ expected a whole URL, http://host[:port]/path
        http:///news          ~ not a URL: no host
        http://a.example:x/   ~ not a URL: a port that is no number from 1 to 65535
        http://u@a.example/   ~ not a URL: a character that no host name has
        http://a.example/a b  ~ not a URL: a character that must be percent-encoded in it
        http://a.example/€    ~ not a URL: a character that must be percent-encoded in it
        """)
    void refusedAlone(String url, String problem) throws Exception {
        PurgeRequest request = parse("{\"urls\":[\"" + url + "\",\"http://a.example/\"]}");

        assertThat(request.wanted().get(0).problem()).isEqualTo(problem);
        assertThat(request.wanted().get(0).target()).isNull();
        assertThat(request.wanted().get(1).problem()).isNull();
    }

    @DisplayName("a tag that is not ASCII is what UTF-8 makes of it in a field, where a character is a byte")
    @Test
    void tagsInUtf8() throws Exception {
        Wanted wanted = parse("{\"tags\":[\"Käse\"]}").wanted().get(0);

        assertThat(wanted.target()).isEqualTo(new PurgeTarget.Tag("K\u00c3\u00a4se"));
        assertThat(PurgeWords.of(Objects.requireNonNull(wanted.target())).text())
                .isEqualTo("Käse");
    }

    @DisplayName("soft and dry_run are off unless they are asked for")
    @Test
    void options() throws Exception {
        assertThat(parse("{\"all\":true}")).matches(request -> !request.soft() && !request.dryRun());
        assertThat(parse("{\"all\":true,\"soft\":true}")).matches(request -> request.soft() && !request.dryRun());
        assertThat(parse("{\"all\":true,\"soft\":false,\"dry_run\":true}"))
                .matches(request -> !request.soft() && request.dryRun());
    }
}
