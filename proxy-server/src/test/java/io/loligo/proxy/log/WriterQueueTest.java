package io.loligo.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WriterQueueTest {
    private static final int ITEMS = 8;
    private static final int BYTES = 1_000;

    private final List<Integer> written = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore mayWrite = new Semaphore(0);
    private final Semaphore writing = new Semaphore(0);

    /** Items are numbers, each as many bytes as it says. */
    private final WriterQueue.Sink<Integer> sink = new WriterQueue.Sink<>() {
        @Override
        public void write(Integer item) {
            writing.release();
            mayWrite.acquireUninterruptibly();
            written.add(item);
        }

        @Override
        public int bytes(Integer item) {
            return item;
        }

        @Override
        public void drained() {}
    };

    @DisplayName("the queue takes items up to its number and its bytes")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # rule                                            | item | taken
        small items are limited by their number           |    1 | 8
        middle ones by whichever comes first              |  125 | 8
        larger ones by their bytes                        |  126 | 7
        large ones too                                    |  400 | 2
        one that fills it all is taken                    | 1000 | 1
        one that is larger than the queue is not          | 1001 | 0
        """)
    void limits(String rule, int size, int taken) {
        try (WriterQueue<Integer> queue = new WriterQueue<>("test-writer", ITEMS, BYTES, sink)) {
            queue.offer(0);
            writing.acquireUninterruptibly();
            for (int i = 0; i < 20; i++) {
                queue.offer(size);
            }
            assertThat(queue.dropped()).isEqualTo(20 - taken);
            mayWrite.release(100);
            queue.awaitWritten();
            assertThat(written).hasSize(1 + taken);
        }
    }

    @Test
    @DisplayName("a lower limit holds for what is offered from then on")
    void lower_limit() {
        try (WriterQueue<Integer> queue = new WriterQueue<>("test-writer", ITEMS, BYTES, sink)) {
            queue.offer(0);
            writing.acquireUninterruptibly();
            queue.limitBytes(100);

            assertThat(queue.offer(101)).isFalse();
            assertThat(queue.offer(100)).isTrue();
            mayWrite.release(100);
        }
    }

    @Test
    @DisplayName("orders keep their place and the counters come round: more items than either counts to")
    void comes_round() {
        int items = 1 << 20;
        Integer bytes = 1 << 17;
        int offers = (1 << 24) + 3;
        List<Integer> seen = new ArrayList<>();
        try (WriterQueue<Integer> queue = new WriterQueue<>("test-writer", items, (long) items * bytes, counting())) {
            for (int i = 0; i < offers; i++) {
                offered(queue, bytes);
            }
            queue.order(() -> seen.add(count.get()));
            offered(queue, bytes);
            queue.awaitWritten();
            assertThat(seen).containsExactly(offers);
            assertThat(count).hasValue(offers + 1);
        }
    }

    private final AtomicInteger count = new AtomicInteger();

    private WriterQueue.Sink<Integer> counting() {
        return new WriterQueue.Sink<>() {
            @Override
            public void write(Integer item) {
                count.incrementAndGet();
            }

            @Override
            public int bytes(Integer item) {
                return item;
            }

            @Override
            public void drained() {}
        };
    }

    private static void offered(WriterQueue<Integer> queue, Integer bytes) {
        while (!queue.offer(bytes)) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 1 << 21})
    void a_limit_that_no_queue_can_have_is_a_bug(int items) {
        assertThatThrownBy(() -> new WriterQueue<>("test-writer", items, BYTES, sink))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a power of two up to 1048576: " + items);
    }
}
