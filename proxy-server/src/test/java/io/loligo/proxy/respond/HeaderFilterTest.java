package io.loligo.proxy.respond;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.ClientMask;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Rules for header fields")
class HeaderFilterTest {
    private static final Fields FIELDS = Fields.of(
            "Host", "a", "Accept", "*/*", "X-Own", "1", "X-Own", "2", "Content-Length", "3", "Connection", "close");

    @TempDir
    Path directory;

    private Configuration.HeaderFields rules(String lines) throws IOException {
        Path file = Files.writeString(directory.resolve("squid.conf"), """
                http_port 127.0.0.1:10081 accel defaultsite=a
                cache_peer 127.0.0.1 parent 18081 0 no-query originserver
                visible_hostname edge.example
                acl here src 127.0.0.1
                acl away src 192.0.2.0/24
                http_access allow all
                """ + lines.replace("; ", "\n") + "\n");
        return Objects.requireNonNull(
                        ConfigurationLoader.load(file, LoadOptions.DEFAULT).configuration())
                .headerFields();
    }

    private static HeaderFilter.Message message() {
        return HeaderFilter.Message.request(new RequestFacts(
                new RequestHead("GET", "/p", HttpVersion.HTTP_1_1, FIELDS),
                new EffectiveUri("http", "a", 80, "/p"),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 5000),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 10081),
                "10081"));
    }

    private static String text(Fields fields) {
        return fields.toString().strip().replace("\n", "; ");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # what is ruled          | lines, HA for header_access                                     | what is left of the request's fields but Content-Length and Connection
        a field by its name      | HA x-own deny all                                               | Host: a; Accept: */*
        by an acl that matches   | HA X-Own deny here                                              | Host: a; Accept: */*
        by one that does not     | HA X-Own deny away                                              | Host: a; Accept: */*; X-Own: 1; X-Own: 2
        the first rule decides   | HA X-Own allow here; HA X-Own deny all                          | Host: a; Accept: */*; X-Own: 1; X-Own: 2
        else the last one's opposite | HA X-Own allow away                                         | Host: a; Accept: */*
        each line is replaced    | HA X-Own deny all; request_header_replace X-Own  new one        | Host: a; Accept: */*; X-Own: new one; X-Own: new one
        nothing takes its place  | HA X-Not deny all; request_header_replace X-Not new             | Host: a; Accept: */*; X-Own: 1; X-Own: 2
        all                      | HA All deny all                                                 | Host: a
        all but some             | HA Accept allow all; HA All deny all                            | Host: a; Accept: */*
        other                    | HA Other deny all                                               | Host: a; Accept: */*
        other but some           | HA X-Own allow all; HA Other deny all                           | Host: a; Accept: */*; X-Own: 1; X-Own: 2
        a replacement alone      | request_header_replace X-Own new; HA All deny all               | Host: a; X-Own: 1; X-Own: 2
        and of what Squid knows  | request_header_replace Accept new; HA All deny all              | Host: a
        all replaced             | HA All deny all; request_header_replace All x                   | Host: x; Accept: x; X-Own: x; X-Own: x
        Host replaced            | HA Host deny all; request_header_replace Host b                 | Host: b; Accept: */*; X-Own: 1; X-Own: 2
        Host added               | request_header_add Host b                                       | Host: b; Accept: */*; X-Own: 1; X-Own: 2
        added beside what is there | request_header_add Accept text/html here                      | Host: a; Accept: */*; X-Own: 1; X-Own: 2; Accept: text/html
        added after what is denied | HA X-Own deny all; request_header_add X-Own 3                 | Host: a; Accept: */*; X-Own: 3
        not for another client   | request_header_add X-New 1 away                                 | Host: a; Accept: */*; X-Own: 1; X-Own: 2
        codes                    | HA X-Own deny all; request_header_add X-New "%>a:%>p %rm %ru %Hs" | Host: a; Accept: */*; X-New: 127.0.0.1:5000 GET http://a/p 0
        """)
    void what_is_left(String what, String lines, String left) throws IOException {
        HeaderFilter filter = Objects.requireNonNull(HeaderFilter.ofRequests(
                rules(lines.replace("HA ", "request_header_access ")).requestRules(), ClientMask.NONE));

        Fields going = filter.apply(FIELDS, message());

        assertThat(going.first("Content-Length")).isEqualTo("3");
        assertThat(going.first("Connection")).isEqualTo("close");
        assertThat(text(going.without("Content-Length").without("Connection"))).isEqualTo(left);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        RA Via deny all; reply_header_add X-New "a b" all  | true
        RA Via deny all; RA Via allow here                 | true
        RA Via allow here; RA Via deny all                 | false
        RA Via deny here                                   | false
        RA Via deny all; reply_header_replace Via x        | false
        RA All deny all                                    | false
        RA Other deny all                                  | false
        reply_header_add X-New "%>a"                       | false
        reply_header_add X-New a here                      | false
        """)
    void constant_rules_are_those_that_ask_nothing(String lines, boolean constant) throws IOException {
        HeaderFilter filter = Objects.requireNonNull(HeaderFilter.ofReplies(
                rules(lines.replace("RA ", "reply_header_access ")).replyRules(), ClientMask.NONE));

        assertThat(filter.isConstant()).isEqualTo(constant);
    }

    @Test
    void without_rules_there_is_no_filter() throws IOException {
        assertThat(HeaderFilter.ofRequests(rules("").requestRules(), ClientMask.NONE))
                .isNull();
        assertThat(HeaderFilter.ofReplies(rules("").replyRules(), ClientMask.NONE))
                .isNull();
    }

    @Test
    void what_acts_is_told_with_its_line() throws IOException {
        HeaderFilter filter = Objects.requireNonNull(HeaderFilter.ofRequests(
                rules(
                                "request_header_access X-Own deny all; request_header_access Accept allow all; request_header_add X-New 1")
                        .requestRules(),
                ClientMask.NONE));

        assertThat(filter.effects(FIELDS, message()))
                .extracting(effect -> effect.field() + " " + effect.what() + " "
                        + effect.line().substring(effect.line().indexOf(' ') + 1))
                .containsExactly(
                        "X-Own denied request_header_access X-Own deny all",
                        "X-Own denied request_header_access X-Own deny all",
                        "X-New added request_header_add X-New 1");
    }
}
