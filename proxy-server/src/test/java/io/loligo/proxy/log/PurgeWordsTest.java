package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeTarget;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PurgeWordsTest {
    static Stream<Arguments> purges() {
        return Stream.of(
                Arguments.of(
                        new PurgeTarget.Url(new EffectiveUri("http", "a.example", 80, "/x?y")),
                        "url http://a.example/x?y"),
                Arguments.of(new PurgeTarget.Prefix("http://a.example/"), "prefix http://a.example/"),
                Arguments.of(new PurgeTarget.Host("a.example"), "host a.example"),
                Arguments.of(new PurgeTarget.Glob("*/x?"), "glob */x?"),
                Arguments.of(new PurgeTarget.Pattern("a b\\.\n"), "pattern a%20b%5C.%0A"),
                Arguments.of(new PurgeTarget.Tag("two words"), "tag two%20words"),
                Arguments.of(new PurgeTarget.Tag("K\u00c3\u00a4se"), "tag K%E4se"),
                Arguments.of(new PurgeTarget.All(), "all"));
    }

    @DisplayName("a purge in cache_log is one line of words, whatever its target")
    @ParameterizedTest(name = "{1}")
    @MethodSource("purges")
    void line(PurgeTarget target, String words) {
        PurgeReceipt receipt = new PurgeReceipt(7, new PurgeOrder(target, false), Instant.EPOCH, 3, 4_096, true);

        assertThat(PurgeWords.ordered(receipt)).isEqualTo("purge 7: hard, " + words + ": 3 objects, 4096 bytes");
    }

    @DisplayName("one that is soft, and goes on in the background, says so")
    @ParameterizedTest(name = "{1}")
    @MethodSource("purges")
    void goingOn(PurgeTarget target, String words) {
        PurgeReceipt receipt = new PurgeReceipt(7, new PurgeOrder(target, true), Instant.EPOCH, 0, 0, false);

        assertThat(PurgeWords.ordered(receipt))
                .isEqualTo("purge 7: soft, " + words
                        + ": 0 objects, 0 bytes so far; in force, and swept in the background");
    }
}
