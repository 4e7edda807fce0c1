package io.loligo.proxy.origin;

import static io.loligo.proxy.origin.Origins.SETTINGS;
import static io.loligo.proxy.origin.Origins.config;
import static io.loligo.proxy.origin.Origins.get;
import static io.loligo.proxy.origin.Origins.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loligo.proxy.config.Configuration.Dns;
import io.loligo.proxy.origin.Origins.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A peer whose name moves to other addresses")
class MovingPeerTest {
    private static final String ONE = "127.0.0.2";
    private static final String TWO = "127.0.0.3";
    private static final String NOBODY = "127.0.0.4";

    private final SteppedLookups names = new SteppedLookups(ONE);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(ONE))) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @Test
    void is_resolved_again_at_once_when_a_connect_fails() throws Exception {
        Origins origins = origins(Dns.DEFAULT);
        Peer peer = followed(origins);
        ScriptedOrigin one = originAt(ONE);
        ScriptedOrigin two = originAt(TWO);

        Outcome first = origins.fetch(get("/1"), to(peer));
        assertThat(first.theAnswer().address()).hasToString("/" + ONE + ":" + port);

        one.close();
        names.nowAt(TWO);
        names.advance(NameResolution.AGAIN_MIN);
        await().until(() -> peer.idleConnections() == 0);
        assertThat(origins.fetch(get("/2"), to(peer)).theFailure().cause()).isEqualTo(OriginHandler.Cause.REFUSED);
        names.run();

        Outcome moved = origins.fetch(get("/3"), to(peer));
        assertThat(moved.summary()).isEqualTo("200 [ok]");
        assertThat(moved.theAnswer().address()).hasToString("/" + TWO + ":" + port);
        assertThat(two.accepted()).isEqualTo(1);
        assertThat(names.count()).isEqualTo(2);
    }

    @Test
    void is_looked_up_once_per_second_while_its_connects_fail() throws Exception {
        Origins origins = origins(Dns.DEFAULT);
        Peer peer = followed(origins);
        assertThat(names.count()).isEqualTo(1);

        for (int second = 0; second < 3; second++) {
            for (int i = 0; i < 3; i++) {
                origins.fetch(get("/"), to(peer));
                names.run();
            }
            assertThat(names.count()).isEqualTo(1 + second);
            names.advance(NameResolution.AGAIN_MIN);
        }
    }

    @Test
    void is_resolved_again_after_positive_dns_ttl_and_each_hour_at_the_latest() throws Exception {
        followed(origins(new Dns(Duration.ofMinutes(10), Duration.ofMinutes(1))));
        names.advance(Duration.ofMinutes(35));
        assertThat(names.count()).isEqualTo(1 + 3);

        int before = names.count();
        SteppedLookups rare = new SteppedLookups(ONE);
        Origins origins = new Origins(SETTINGS, rare, rare);
        opened.add(origins);
        start(origins, rare);
        rare.advance(Duration.ofHours(5));
        assertThat(rare.count()).isEqualTo(1 + 5);
        assertThat(names.count()).isEqualTo(before);
    }

    @Test
    void is_left_alone_for_negative_dns_ttl_when_its_name_does_not_resolve() throws Exception {
        Origins origins = origins(new Dns(Duration.ofHours(1), Duration.ofSeconds(90)));
        Peer peer = followed(origins);
        names.nowAt();
        names.advance(NameResolution.AGAIN_MIN);

        origins.fetch(get("/"), to(peer));
        names.run();
        assertThat(names.count()).as("asked again, in vain").isEqualTo(2);
        origins.fetch(get("/"), to(peer));
        names.advance(Duration.ofSeconds(89));
        assertThat(names.count()).as("left alone").isEqualTo(2);
        assertThat(peer.addresses()).as("the last addresses are kept").hasSize(1);

        names.nowAt(TWO);
        names.advance(Duration.ofSeconds(1));
        assertThat(peer.addresses()).extracting(Object::toString).containsExactly("/" + TWO + ":" + port);
    }

    @Test
    void comes_back_from_the_dead_at_its_new_address_without_a_request() throws Exception {
        Origins origins = origins(Dns.DEFAULT);
        Peer peer = followed(origins);
        names.advance(NameResolution.AGAIN_MIN);
        while (peer.isUp()) {
            origins.fetch(get("/"), to(peer));
        }
        ScriptedOrigin two = originAt(TWO);
        names.nowAt(TWO);

        names.run();

        await().until(peer::isUp);
        await().until(() -> two.accepted() == 1);
    }

    @Test
    void is_not_sent_requests_over_connections_to_an_address_that_is_gone() throws Exception {
        Origins origins = origins(Dns.DEFAULT);
        Peer peer = followed(origins);
        ScriptedOrigin one = originAt(ONE);
        ScriptedOrigin two = originAt(TWO);
        origins.fetch(get("/1"), to(peer));
        assertThat(peer.idleConnections()).isEqualTo(1);

        names.nowAt(TWO);
        names.advance(NameResolution.REFRESH);

        assertThat(origins.fetch(get("/2"), to(peer)).theAnswer().address()).hasToString("/" + TWO + ":" + port);
        assertThat(one.heads()).hasSize(1);
        assertThat(two.heads()).hasSize(1);
        assertThat(peer.openConnections()).isEqualTo(1);
    }

    @Test
    void does_not_keep_a_connection_whose_address_went_while_it_was_busy() throws Exception {
        Origins origins = origins(Dns.DEFAULT);
        Peer peer = followed(origins);
        originAt(ONE, connection -> {
            connection.readHead();
            names.nowAt(TWO);
            names.advance(NameResolution.REFRESH);
            connection.write(OK);
        });

        assertThat(origins.fetch(get("/"), to(peer)).summary()).isEqualTo("200 [ok]");

        await().until(() -> peer.openConnections() == 0);
    }

    @Test
    void is_tried_at_each_of_its_addresses_and_the_answer_names_the_one_that_was_connected_to() throws Exception {
        names.nowAt(NOBODY, ONE, TWO);
        Origins origins = origins(Dns.DEFAULT);
        Peer peer = followed(origins);
        ScriptedOrigin two = originAt(TWO);

        assertThat(origins.fetch(get("/1"), to(peer)).theAnswer().address()).hasToString("/" + TWO + ":" + port);
        long failures = peer.failures();
        assertThat(failures).isEqualTo(2);
        assertThat(two.accepted()).isEqualTo(1);

        // Another I/O thread has no connection yet, and begins with the address that worked.
        Outcome second = origins.fetch(get("/2"), to(peer), origins.worker.getIoThread(1));
        assertThat(second.theAnswer().address()).hasToString("/" + TWO + ":" + port);
        assertThat(peer.failures()).isEqualTo(failures);
    }

    @Test
    void is_named_with_the_address_in_a_failure_after_the_connect_only() throws Exception {
        Origins origins = origins(Dns.DEFAULT);
        Peer peer = followed(origins);
        OriginHandler.Unreachable refused = origins.fetch(get("/"), to(peer)).theFailure();
        originAt(ONE, connection -> connection.readHead());
        OriginHandler.Unreachable closed = origins.fetch(get("/"), to(peer)).theFailure();

        assertThat(refused.address()).isNull();
        assertThat(refused.message()).contains("connect to origin (" + ONE + ":" + port + ") failed");
        assertThat(refused.trouble()).isEqualTo("no answer from origin: connect failed");
        assertThat(closed.address()).hasToString("/" + ONE + ":" + port);
        assertThat(closed.message()).isEqualTo("origin (" + ONE + ":" + port + "): closed without an answer");
    }

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void is_not_looked_up_when_hosts_file_has_its_name() throws Exception {
        Dns hosts = new Dns(
                Duration.ofHours(6), Duration.ofMinutes(1), Map.of("origin.test", List.of(InetAddress.getByName(TWO))));
        Peer peer = followed(origins(hosts));

        assertThat(peer.addresses()).containsExactly(new InetSocketAddress(TWO, port));
        assertThat(names.count()).isZero();
    }

    private Origins origins(Dns dns) throws IOException {
        Origins origins = new Origins(
                new OriginSettings(
                        SETTINGS.forwardTimeout(),
                        SETTINGS.readTimeout(),
                        SETTINGS.idleTimeout(),
                        SETTINGS.maxTries(),
                        SETTINGS.retryOnError(),
                        SETTINGS.connectRetries(),
                        SETTINGS.persistent(),
                        SETTINGS.headMax(),
                        SETTINGS.idleMax(),
                        dns),
                names,
                names);
        opened.add(origins);
        return origins;
    }

    private Peer followed(Origins origins) throws InterruptedException {
        return start(origins, names);
    }

    private Peer start(Origins origins, SteppedLookups lookups) throws InterruptedException {
        Peer peer = new Peer(config("origin", "origin.test", port));
        origins.client.start(List.of(peer), Duration.ZERO);
        lookups.run();
        return peer;
    }

    private ScriptedOrigin originAt(String address, ScriptedOrigin.Script... scripts) throws IOException {
        ScriptedOrigin.Script[] script = scripts.length > 0
                ? Arrays.copyOf(scripts, scripts.length)
                : new ScriptedOrigin.Script[] {ScriptedOrigin.keepAnswering(OK)};
        ScriptedOrigin origin = new ScriptedOrigin(InetAddress.getByName(address), port, script);
        opened.add(origin);
        return origin;
    }
}
