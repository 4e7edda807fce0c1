package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RememberedAnswersTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final RememberedAnswers even = new RememberedAnswers(text -> {
        asked.incrementAndGet();
        return text.length() % 2 == 0;
    });

    @Test
    void aTextIsAskedAboutOnce() {
        assertThat(even.about("ab")).isTrue();
        assertThat(even.about("ab")).isTrue();
        assertThat(even.about("abc")).isFalse();
        assertThat(even.about("abc")).isFalse();
        assertThat(asked).hasValue(2);
    }

    @Test
    void everyAnswerIsRightHoweverManyTextsShareAPlace() {
        Random random = new Random(4);
        for (int i = 0; i < 100_000; i++) {
            // "Aa" and "BB" have one hash.
            String text = (random.nextBoolean() ? "Aa" : "BB") + "x".repeat(random.nextInt(4)) + random.nextInt(3_000);
            assertThat(even.about(text)).isEqualTo(text.length() % 2 == 0);
        }
        assertThat(asked.get()).as("some were remembered").isLessThan(100_000);
    }

    @Test
    void aLongTextIsNotKept() {
        String longest = "x".repeat(RememberedAnswers.LENGTH_MAX);
        even.about(longest);
        even.about(longest);
        assertThat(asked).hasValue(1);
        even.about(longest + "x");
        even.about(longest + "x");
        assertThat(asked).hasValue(3);
    }
}
