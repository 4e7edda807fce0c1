package io.loligo.proxy.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import org.junit.jupiter.api.Test;

final class CollapsedForwardingTest {
    private static final long NOW = 1_000_000;

    private final CollapsedForwarding collapsed = new CollapsedForwarding();

    @Test
    void aKeyIsNotSharedForAWhile() {
        collapsed.unshareable(key(1), NOW);
        assertThat(collapsed.mayShare(key(1), NOW)).isFalse();
        assertThat(collapsed.mayShare(key(2), NOW)).isTrue();
        assertThat(collapsed.mayShare(key(1), NOW + CollapsedForwarding.UNSHAREABLE_MILLIS - 1))
                .isFalse();
        assertThat(collapsed.mayShare(key(1), NOW + CollapsedForwarding.UNSHAREABLE_MILLIS))
                .isTrue();
    }

    @Test
    void aStoredAnswerMakesItSharedAgain() {
        collapsed.unshareable(key(1), NOW);
        collapsed.shareable(key(1));
        assertThat(collapsed.mayShare(key(1), NOW)).isTrue();
    }

    @Test
    void whatIsRememberedIsBounded() {
        int max = CollapsedForwarding.UNSHAREABLE_MAX;
        for (int i = 0; i <= max; i++) {
            collapsed.unshareable(key(i), NOW);
        }
        assertThat(collapsed.mayShare(key(max - 1), NOW)).isFalse();
        assertThat(collapsed.mayShare(key(max), NOW)).as("beyond the bound").isTrue();

        long later = NOW + CollapsedForwarding.UNSHAREABLE_MILLIS - 1;
        collapsed.unshareable(key(0), later);
        assertThat(collapsed.mayShare(key(0), later + 1))
                .as("known already: kept up")
                .isFalse();
        collapsed.unshareable(key(max), later + 1);
        assertThat(collapsed.mayShare(key(max), later + 1)).as("room again").isFalse();
    }

    private static CacheKey key(int number) {
        return new CacheKey(new EffectiveUri("http", "www.test", 80, "/" + number), "");
    }
}
