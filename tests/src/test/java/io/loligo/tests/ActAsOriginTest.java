package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("act-as-origin")
class ActAsOriginTest {
    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private final ZonedDateTime sent = ZonedDateTime.now(ZoneOffset.UTC).minusSeconds(100);
    private final String date = IMF_FIXDATE.format(sent);
    private final String expires = IMF_FIXDATE.format(sent.plusHours(1));

    private final RawOrigin origin = RawOrigin.with(exchange -> exchange.send("HTTP/1.1 200 OK\r\nDate: " + date
            + (exchange.path().startsWith("/expires") ? "\r\nExpires: " + expires : "\r\nCache-Control: max-age=3600")
            + "\r\nETag: \"a\"\r\nContent-Length: 4\r\n\r\nbody"));
    private final RunningServer loligo =
            RunningServer.start(SquidConf.inFrontOf(origin.port()).replacing(" vhost", " vhost act-as-origin"));

    @AfterEach
    void stop() {
        loligo.close();
        origin.close();
    }

    @Test
    void a_hit_seems_to_come_from_the_origin_just_now() {
        var miss = RawHttp.get(loligo.port(), "/expires");
        var hit = RawHttp.get(loligo.port(), "/expires");

        assertThat(miss.field("Date")).hasValue(date);
        assertThat(miss.field("X-Origin-Date")).isEmpty();
        assertIsOfNow(hit);
        assertThat(hit.text()).isEqualTo("body");
        assertThat(hit.isHit()).isTrue();
        assertThat(hit.field("Content-Length")).hasValue("4");
        assertThat(hit.field("X-Origin-Expires")).hasValue(expires);
        Duration left = Duration.between(time(hit, "Date"), time(hit, "Expires"));
        assertThat(left).as("what is left of the hour").isBetween(Duration.ofSeconds(3_400), Duration.ofSeconds(3_501));
    }

    @Test
    void so_do_a_304_a_part_and_a_head() {
        RawHttp.get(loligo.port(), "/expires");

        var notModified = RawHttp.get(loligo.port(), "/expires", "If-None-Match: \"a\"");
        var part = RawHttp.get(loligo.port(), "/expires", "Range: bytes=0-1");
        var head = RawHttp.exchange(loligo.port(), "HEAD", "/expires");

        assertThat(notModified.status()).isEqualTo(304);
        assertIsOfNow(notModified);
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("bo");
        assertIsOfNow(part);
        assertIsOfNow(head);
        assertThat(head.field("X-Origin-Expires")).hasValue(expires);
    }

    @Test
    void an_expires_that_the_origin_did_not_send_is_not_made_up() {
        RawHttp.get(loligo.port(), "/");
        var hit = RawHttp.get(loligo.port(), "/");

        assertIsOfNow(hit);
        assertThat(hit.field("Expires")).isEmpty();
        assertThat(hit.field("X-Origin-Expires")).isEmpty();
        assertThat(hit.field("Cache-Control")).hasValue("max-age=3600");
    }

    private void assertIsOfNow(RawHttp.Answer answer) {
        assertThat(answer.head().all("Date")).hasSize(1);
        assertThat(time(answer, "Date")).isAfter(sent.plusSeconds(90));
        assertThat(answer.field("X-Origin-Date")).hasValue(date);
        assertThat(answer.field("Age")).isEmpty();
        assertThat(Long.parseLong(answer.field("X-Cache-Age").orElseThrow())).isGreaterThanOrEqualTo(99);
    }

    private static ZonedDateTime time(RawHttp.Answer answer, String field) {
        return ZonedDateTime.parse(answer.field(field).orElseThrow(), IMF_FIXDATE);
    }
}
