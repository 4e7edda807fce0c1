package io.loligo.cache.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CacheStatusTest {

    @DisplayName("RFC 9211 §2: what is said, in its order")
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void format(String expected, CacheStatus status) {
        assertThat(status.format("loligo")).isEqualTo(expected);
    }

    static Stream<Arguments> format() {
        return Stream.of(
                Arguments.of("loligo;hit;ttl=30", CacheStatus.hit(30)),
                Arguments.of("loligo;hit;ttl=-412", CacheStatus.hit(-412)),
                Arguments.of("loligo;fwd=uri-miss", CacheStatus.forwarded(ForwardReason.URI_MISS)),
                Arguments.of(
                        "loligo;fwd=stale;fwd-status=304;ttl=60;stored;collapsed;key=\"http://a.example/\";detail=x",
                        CacheStatus.forwarded(ForwardReason.STALE)
                                .withForwardStatus(304)
                                .withTtl(60)
                                .withStored()
                                .withCollapsed()
                                .withKey("http://a.example/")
                                .withDetail("x")),
                Arguments.of(
                        "loligo;fwd=request;detail=\"two words\"",
                        CacheStatus.forwarded(ForwardReason.REQUEST).withDetail("two words")),
                Arguments.of(
                        "loligo;fwd=miss;detail=\"a\\\"b\\\\c?\"",
                        CacheStatus.forwarded(ForwardReason.MISS).withDetail("a\"b\\c\n")));
    }

    @DisplayName("RFC 9651 §3.3.4: a name that is no token is a string")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        proxy.example    | proxy.example;hit;ttl=1
        10.0.0.1         | "10.0.0.1";hit;ttl=1
        my cache         | "my cache";hit;ttl=1
        a;hit            | "a;hit";hit;ttl=1
        ``               | "";hit;ttl=1
        """)
    void name(String name, String expected) {
        assertThat(CacheStatus.hit(1).format(name)).isEqualTo(expected);
        assertThat(CacheStatus.hitPrefix(name) + 1).isEqualTo(expected);
    }
}
