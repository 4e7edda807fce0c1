package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AclParser.Complaints;
import io.loligo.proxy.access.AclParser.Line;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclTest {
    private final List<String> complaints = new ArrayList<>();
    private final Map<String, Acl> defined = new HashMap<>();

    @DisplayName("acl types")
    @ParameterizedTest(name = "{0}: {1} on {2}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            the URL's host                      ~ dstdomain www.example.org          ~ http://www.example.org/      ~ true
            -n changes nothing: no lookups      ~ dstdomain -n .example.org          ~ http://www.example.org/      ~ true
            a pattern on the host               ~ dstdom_regex -i ^(static|img)[0-9]*\\. ~ http://img7.example.org/ ~ true
            the host only                       ~ dstdom_regex path                  ~ http://www.example.org/path  ~ false
            the URL's port                      ~ port 80 8080-8090                  ~ http://www.example.org:8085/ ~ true
            the URL's port by default           ~ port 443                           ~ https://www.example.org/     ~ true
            the port connected to               ~ localport 81                       ~ http://www.example.org:99/   ~ true
            in its old name                     ~ myport 82                          ~ http://www.example.org/      ~ false
            the port's name                     ~ myportname 81                      ~ http://www.example.org/      ~ true
            the address connected to            ~ localip 192.0.2.0/24               ~ http://www.example.org/      ~ true
            the client's address                ~ src 203.0.113.0/24                 ~ http://www.example.org/      ~ true
            another client's                    ~ src 10.0.0.0/8                     ~ http://www.example.org/      ~ false
            a name is resolved at start         ~ src office.example                 ~ http://www.example.org/      ~ true
            the method                          ~ method POST GET                    ~ http://www.example.org/      ~ true
            another method                      ~ method POST                        ~ http://www.example.org/      ~ false
            the scheme                          ~ proto HTTPS                        ~ https://www.example.org/     ~ true
            another scheme                      ~ proto HTTPS                        ~ http://www.example.org/      ~ false
            the whole URL                       ~ url_regex ^http://www\\..*/a$      ~ http://www.example.org/a     ~ true
            the encoded form is not seen        ~ url_regex /a%20b$                  ~ http://www.example.org/a%20b ~ false
            percent-decoded, one word           ~ url_regex /a.b$                    ~ http://www.example.org/a%20b ~ true
            an encoded slash is no way around   ~ urlpath_regex ^/admin/             ~ http://x.example/%61dmin%2Fx ~ true
            the path with the query             ~ urlpath_regex \\?                  ~ http://www.example.org/a?b   ~ true
            the host is no part of the path     ~ urlpath_regex example              ~ http://www.example.org/a?b   ~ false
            -i folds case for what follows      ~ urlpath_regex \\.GIF -i \\.jpg     ~ http://www.example.org/a.JPG ~ true
            but not for what stands before      ~ urlpath_regex \\.GIF -i \\.jpg     ~ http://www.example.org/a.gif ~ false
            +i ends it                          ~ urlpath_regex -i x +i \\.JPG       ~ http://www.example.org/a.jpg ~ false
            """)
    void matching(String rule, String acl, String url, boolean matches) {
        assertThat(acl(acl).matches(Requests.get(url))).isEqualTo(matches);
        assertThat(complaints).isEmpty();
    }

    @DisplayName("acls on fields")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            User-Agent             ~ browser -i (badbot|scraper)         ~ User-Agent ~ My BadBot/1.0       ~ true
            Referer                ~ referer_regex ^https?://evil\\.     ~ Referer    ~ https://evil.example/ ~ true
            any field              ~ req_header X-Debug -i ^(1|on)$      ~ x-debug    ~ ON                  ~ true
            another value          ~ req_header X-Debug -i ^(1|on)$      ~ x-debug    ~ off                 ~ false
            the request's type     ~ req_mime_type ^application/json     ~ Content-Type ~ application/json  ~ true
            another field          ~ req_header X-Debug .                ~ X-Other    ~ on                  ~ false
            """)
    void fields(String rule, String acl, String field, String value, boolean matches) {
        assertThat(acl(acl).matches(Requests.get("http://www.example.org/", field, value)))
                .isEqualTo(matches);
    }

    @Test
    @DisplayName("repeated fields are joined by a comma")
    void repeated_fields() {
        RequestFacts facts = Requests.get("http://www.example.org/", "X-A", "one", "X-A", "two");

        assertThat(acl("req_header X-A ^one,.two$").matches(facts)).isTrue();
    }

    @Test
    @DisplayName("a method in lower case cannot slip past a rule on it")
    void method_case() {
        assertThat(acl("method POST").matches(Requests.from("10.0.0.1", "post", "http://x.example/")))
                .isTrue();
    }

    @Test
    @DisplayName("lines of one name are alternatives; all-of wants all of one line, any-of any")
    void lines_and_groups() {
        defined.put("a", acl("urlpath_regex a"));
        defined.put("b", acl("urlpath_regex b"));
        RequestFacts ab = Requests.get("http://x.example/ab");
        RequestFacts a = Requests.get("http://x.example/a");
        RequestFacts none = Requests.get("http://x.example/");

        Acl all = parse("all-of", List.of("a", "b"));
        assertThat(all.matches(ab)).isTrue();
        assertThat(all.matches(a)).isFalse();
        Acl any = parse("any-of", List.of("a", "b"));
        assertThat(any.matches(a)).isTrue();
        assertThat(any.matches(none)).isFalse();
        Acl negated = parse("all-of", List.of("a", "!b"));
        assertThat(negated.matches(a)).isTrue();
        assertThat(negated.matches(ab)).isFalse();
        Acl two = parse("urlpath_regex", List.of("x"), List.of("b"));
        assertThat(two.matches(ab)).isTrue();
        assertThat(two.matches(a)).isFalse();
    }

    @DisplayName("predefined acls")
    @ParameterizedTest(name = "{0}: {1} {2} {3}")
    @CsvSource(delimiter = '|', textBlock = """
            all          | 10.0.0.1     | GET     | http://x.example/                       | true
            localhost    | 127.0.0.1    | GET     | http://x.example/                       | true
            localhost    | 127.9.9.9    | GET     | http://x.example/                       | true
            localhost    | ::1          | GET     | http://x.example/                       | true
            localhost    | 10.0.0.1     | GET     | http://x.example/                       | false
            manager      | 10.0.0.1     | GET     | http://x.example/squid-internal-mgr/info | true
            manager      | 10.0.0.1     | GET     | cache_object://x.example/info           | true
            manager      | 10.0.0.1     | GET     | http://x.example/squid-internal-mgr     | false
            CONNECT      | 10.0.0.1     | CONNECT | http://x.example/                       | true
            to_localhost | 10.0.0.1     | GET     | http://127.0.0.1/                       | true
            to_localhost | 10.0.0.1     | GET     | http://localhost/                       | true
            to_localhost | 10.0.0.1     | GET     | http://x.example/                       | false
            to_linklocal | 10.0.0.1     | GET     | http://169.254.169.254/                 | true
            """)
    void predefined(String name, String client, String method, String url, boolean matches) {
        Acl acl = PredefinedAcl.find(name).orElseThrow().acl();

        assertThat(acl.matches(Requests.from(client, method, url))).isEqualTo(matches);
    }

    @DisplayName("what is wrong with items is said")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            src 1.2.3.4/99           ~ error: not an address
            src nowhere.invalid      ~ error: the host name nowhere.invalid does not resolve
            src 0.0.0.0/0.0.0.0      ~ warning: 0.0.0.0/0.0.0.0 is read as all
            port 80-70               ~ error: not a port
            port 99999               ~ error: not a port
            url_regex (?:a)          ~ left out: cannot use the pattern (?:a)
            req_header               ~ error: req_header needs the name of a field
            any-of nobody            ~ error: there is no acl nobody above
            dstdomain www.x.org/path ~ warning: www.x.org/path is compared letter by letter
            urlpath_regex ^/app1(/|$)   ~ warning: urlpath_regex sees the query too
            urlpath_regex \\.(gif|jpg)$ ~ warning: urlpath_regex sees the query too
            """)
    void complaints(String acl, String complaint) {
        acl(acl);

        assertThat(complaints).singleElement().asString().startsWith(complaint);
    }

    private Acl acl(String typeAndItems) {
        List<String> words = List.of(typeAndItems.strip().split(" ", -1));
        return parse(words.get(0), words.subList(1, words.size()));
    }

    @SafeVarargs
    private Acl parse(String type, List<String>... lines) {
        List<Line> parsed = new ArrayList<>();
        for (List<String> line : lines) {
            parsed.add(new Line(line, listener()));
        }
        HostNames names = name -> name.equals("office.example") ? List.of(Requests.address("203.0.113.9")) : List.of();
        return new AclParser(names, defined::get).parse("x", AclType.find(type).orElseThrow(), parsed);
    }

    private Complaints listener() {
        return new Complaints() {
            @Override
            public void error(String message) {
                complaints.add("error: " + message);
            }

            @Override
            public void warning(String message) {
                complaints.add("warning: " + message);
            }

            @Override
            public void leftOut(String message) {
                complaints.add("left out: " + message);
            }
        };
    }
}
