package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.FieldRule.Use;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldRuleTest {

    @DisplayName("a row is found by its name in any case")
    @ParameterizedTest
    @EnumSource
    void found(FieldRule rule) {
        assertThat(FieldRule.of(rule.fieldName())).isEqualTo(rule);
        assertThat(FieldRule.of(rule.fieldName().toUpperCase(java.util.Locale.ROOT)))
                .isEqualTo(rule);
        assertThat(FieldRule.of(rule.fieldName() + "x")).isNotEqualTo(rule);
    }

    @DisplayName("RFC 9110 §7.6.1: fields of one connection go no further")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "Keep-Alive",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "Proxy-Connection",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade"
            })
    void hopByHop(String name) {
        assertThat(FieldRule.endToEnd(Fields.of(name, "x", "X-A", "1"))).isEqualTo(Fields.of("X-A", "1"));
    }

    @Test
    @DisplayName("RFC 9110 §7.6.1: what Connection names goes with it, on every line of it")
    void namedByConnection() {
        Fields fields = Fields.of(
                "Connection", "close, x-a", "X-A", "1", "X-B", "2", "connection", "X-C", "X-C", "3", "X-D", "4");

        assertThat(FieldRule.endToEnd(fields)).isEqualTo(Fields.of("X-B", "2", "X-D", "4"));
    }

    @Test
    @DisplayName("RFC 9110 §7.6.1: Connection cannot take away what is meant for everyone")
    void endToEndStays() {
        Fields fields =
                Fields.of("Cache-Control", "no-store", "Vary", "A", "Authorization", "Basic x", "Set-Cookie", "a=1");

        assertThat(FieldRule.endToEnd(fields.plus("Connection", "cache-control, vary, authorization, set-cookie")))
                .isEqualTo(fields);
    }

    @DisplayName("RFC 9111 §3.2: fields that belong to the stored body")
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "Content-Encoding", "Content-Range", "Content-Type", "content-md5"})
    void keptOn304(String name) {
        assertThat(FieldRule.is(name, Use.KEPT_ON_304)).isTrue();
    }

    @DisplayName("RFC 9110 §15.4.5: what a 304 carries")
    @ParameterizedTest
    @ValueSource(strings = {"ETag", "Cache-Control", "Content-Location", "Date", "Expires", "Vary", "X-Other"})
    void on304(String name) {
        assertThat(FieldRule.is(name, Use.NOT_ON_304)).isFalse();
    }
}
