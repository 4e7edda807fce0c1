package io.loligo.proxy.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.store.EntryWriter;
import io.loligo.proxy.origin.OriginBody;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

final class BodyRelayTest {
    private static final int BUFFER = 1024;
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private XnioWorker worker;
    private XnioIoThread owner;
    private final CountingPool pool = new CountingPool();

    @BeforeEach
    void startThreads() throws IOException {
        worker = Xnio.getInstance()
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_IO_THREADS, 3)
                        .set(Options.THREAD_DAEMON, true)
                        .getMap());
        owner = worker.getIoThread(0);
    }

    @AfterEach
    void stopThreads() {
        worker.shutdownNow();
    }

    @ParameterizedTest(name = "a gap of {0} bytes")
    @ValueSource(ints = {0, 1, 1000, BUFFER, BUFFER + 1, 4 * BUFFER})
    void unstorableBodiesFlowWhateverTheGap(int gap) throws Exception {
        Origin origin = new Origin(50 * BUFFER + 7, 1);
        BodyRelay relay = relay(origin, null, gap);
        Client client = open(relay, 0, 2);
        begin(relay);
        assertThat(client.bytes()).isEqualTo(origin.all);
        assertThat(origin.maxAhead.get()).isLessThanOrEqualTo(gap + 2 * BUFFER);
        settled(1, origin, null);
    }

    @Test
    void aBodyThatOutgrowsTheStoreStillReachesASlowClient() throws Exception {
        Origin origin = new Origin(64 * BUFFER, 2);
        Memory writer = new Memory(20 * BUFFER);
        BodyRelay relay = relay(origin, writer, 2 * BUFFER);
        Client fast = open(relay, 0, 1);
        Client slow = open(relay, 1, 3);
        begin(relay);
        assertThat(fast.bytes()).isEqualTo(origin.all);
        assertThat(slow.bytes()).isEqualTo(origin.all);
        settled(1, origin, writer);
    }

    @Test
    void whoComesAfterTheStoreGaveUpIsTurnedAwayInsteadOfCutShort() throws Exception {
        Origin origin = new Origin(64 * BUFFER, 3);
        origin.available = 40 * BUFFER;
        Memory writer = new Memory(10 * BUFFER);
        BodyRelay relay = relay(origin, writer, 4 * BUFFER);
        Client first = open(relay, 0, 1);
        begin(relay);
        first.reaches(40 * BUFFER);
        assertThat(relay.open(worker.getIoThread(1))).isNull();
        on(owner, origin::more);
        assertThat(first.bytes()).isEqualTo(origin.all);
        settled(1, origin, writer);
    }

    @Test
    void aFetchThatNobodyStartedGoesOnInTheBackground() throws Exception {
        Origin origin = new Origin(64 * BUFFER, 4);
        origin.available = BUFFER;
        Memory writer = new Memory(NO_LIMIT);
        BodyRelay relay = relay(origin, writer, BUFFER);
        begin(relay);
        on(owner, origin::more);
        settled(1, origin, writer);
        assertThat(writer.committed).isTrue();
        assertThat(origin.aborted).isFalse();
    }

    @Test
    void aFetchThatNobodyWaitsForEndsWhenTheStoreGivesUp() throws Exception {
        Origin origin = new Origin(64 * BUFFER, 5);
        Memory writer = new Memory(3 * BUFFER);
        BodyRelay relay = relay(origin, writer, BUFFER);
        begin(relay);
        settled(1, origin, writer);
        assertThat(origin.aborted).isTrue();
    }

    @ParameterizedTest(name = "stored: {0}")
    @ValueSource(booleans = {false, true})
    void theOriginIsLeftWhenTheLastClientIs(boolean stored) throws Exception {
        Origin origin = new Origin(64 * BUFFER, 6);
        origin.available = BUFFER;
        Memory writer = stored ? new Memory(NO_LIMIT) : null;
        BodyRelay relay = relay(origin, writer, BUFFER, (received, length) -> false);
        Client only = open(relay, 1, 1);
        begin(relay);
        only.reaches(BUFFER);
        on(worker.getIoThread(1), only.reader::close);
        settled(1, origin, writer);
        assertThat(origin.aborted).isTrue();
        assertThat(relay.open(owner)).as("a reader of an abandoned body").isNull();
    }

    @Test
    void whoIsExpectedFindsTheBodyThoughAllOthersHaveLeft() throws Exception {
        Origin origin = new Origin(64 * BUFFER, 9);
        origin.available = BUFFER;
        Memory writer = new Memory(NO_LIMIT);
        BodyRelay relay = relay(origin, writer, BUFFER, (received, length) -> false);
        Client leader = open(relay, 1, 1);
        relay.expect(2);
        begin(relay);
        leader.reaches(BUFFER);
        on(worker.getIoThread(1), leader.reader::close);
        on(owner, () -> {});
        Client follower = open(relay, 2, 1);
        on(worker.getIoThread(2), relay::came);
        on(worker.getIoThread(1), relay::came);
        on(owner, origin::more);
        assertThat(follower.bytes()).isEqualTo(origin.all);
        settled(1, origin, writer);
        assertThat(origin.aborted).isFalse();
    }

    @Test
    void whoIsExpectedFindsTheBodyThoughAllOthersHaveReadIt() throws Exception {
        Origin origin = new Origin(3 * BUFFER, 12);
        Memory writer = new Memory(NO_LIMIT);
        BodyRelay relay = relay(origin, writer, BUFFER);
        Client leader = open(relay, 0, 1);
        relay.expect(1);
        begin(relay);
        assertThat(leader.bytes()).isEqualTo(origin.all);
        on(owner, () -> {});
        Client follower = open(relay, 2, 1);
        on(worker.getIoThread(2), relay::came);
        assertThat(follower.bytes()).isEqualTo(origin.all);
        settled(1, origin, writer);
    }

    @Test
    void theOriginIsLeftWhenNoneOfTheExpectedWantsTheBody() throws Exception {
        Origin origin = new Origin(64 * BUFFER, 10);
        origin.available = BUFFER;
        Memory writer = new Memory(NO_LIMIT);
        BodyRelay relay = relay(origin, writer, BUFFER, (received, length) -> false);
        relay.expect(1);
        begin(relay);
        on(worker.getIoThread(1), relay::came);
        settled(1, origin, writer);
        assertThat(origin.aborted).isTrue();
    }

    @Test
    void whoComesAfterTheBodyWasCutShortIsTurnedAway() throws Exception {
        Origin origin = new Origin(20 * BUFFER, 11);
        origin.cutAt = 3 * BUFFER;
        BodyRelay relay = relay(origin, new Memory(NO_LIMIT), BUFFER);
        BodyRelay.Reader held = Objects.requireNonNull(relay.open(owner));
        begin(relay);
        Awaitility.await().untilAsserted(() -> assertThat(ended).hasValue(1));
        assertThat(relay.open(worker.getIoThread(1))).isNull();
        on(owner, held::close);
    }

    @Test
    void aFailureOfTheStoreFailsTheClientsInsteadOfLeavingThemWaiting() throws Exception {
        Origin origin = new Origin(64 * BUFFER, 7);
        Memory writer = new Memory(NO_LIMIT) {
            @Override
            public boolean append(ByteBuffer body) {
                throw new IllegalStateException("broken");
            }
        };
        BodyRelay relay = relay(origin, writer, BUFFER);
        Client first = open(relay, 0, 1);
        Client second = open(relay, 1, 1);
        begin(relay);
        assertThat(first.failure()).isInstanceOf(IOException.class);
        assertThat(second.failure()).isInstanceOf(IOException.class);
        settled(1, origin, writer);
        assertThat(origin.aborted).isTrue();
    }

    @Test
    void aBodyThatIsCutShortIsNotCompleteForAnybody() throws Exception {
        Origin origin = new Origin(20 * BUFFER, 8);
        origin.cutAt = 11 * BUFFER + 5;
        Memory writer = new Memory(NO_LIMIT);
        BodyRelay relay = relay(origin, writer, 4 * BUFFER);
        Client first = open(relay, 0, 1);
        Client second = open(relay, 2, 3);
        begin(relay);
        assertThat(first.failure()).isInstanceOf(IOException.class);
        assertThat(second.failure()).isInstanceOf(IOException.class);
        settled(1, origin, writer);
        assertThat(writer.committed).isFalse();
    }

    @ParameterizedTest(name = "{0} bytes, stored up to {1}, seed {2}")
    @CsvSource({
        "0, 1000000, 1",
        "1, 1000000, 2",
        "1024, 1000000, 3",
        "100000, 1000000, 4",
        "100000, 1000000, 5",
        "100000, 50000, 6",
        "100000, 50000, 7",
        "102400, 1024, 8",
        "100000, -1, 9",
        "102400, -1, 10",
    })
    void everyFollowerGetsEveryByte(int length, long storable, long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            Origin origin = new Origin(length, (int) seed * 100 + round);
            Memory writer = storable < 0 ? null : new Memory(storable);
            BodyRelay relay = relay(origin, writer, 3 * BUFFER);
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                clients.add(open(relay, i % 3, 1 + random.nextInt(4)));
            }
            begin(relay);
            for (Client client : clients) {
                assertThat(client.bytes()).isEqualTo(origin.all);
            }
            settled(1, origin, writer);
            if (writer != null) {
                assertThat(writer.committed).isEqualTo(length <= storable);
            }
            ended.set(0);
        }
    }

    private final AtomicInteger ended = new AtomicInteger();

    private BodyRelay relay(Origin origin, @Nullable EntryWriter writer, int gap) {
        return relay(origin, writer, gap, (received, length) -> true);
    }

    private BodyRelay relay(Origin origin, @Nullable EntryWriter writer, int gap, BodyRelay.AbandonPolicy policy) {
        return new BodyRelay(owner, pool, origin, writer, gap, policy, stored -> ended.incrementAndGet());
    }

    private Client open(BodyRelay relay, int thread, int slowness) {
        XnioIoThread io = worker.getIoThread(thread);
        BodyRelay.Reader reader = Objects.requireNonNull(relay.open(io));
        return new Client(io, reader, slowness);
    }

    private void begin(BodyRelay relay) throws Exception {
        on(owner, relay::start);
    }

    /** What a relay must have done when nobody uses it any more; waits for the closing that is on its way. */
    private void settled(int ends, Origin origin, @Nullable Memory writer) throws Exception {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(ended).as("ends told").hasValue(ends);
            assertThat(pool.out).as("buffers not given back").hasValue(0);
            if (writer != null) {
                assertThat(writer.closes).as("closings of the writer").hasValue(1);
            }
        });
        // What comes too much comes behind what was waited for.
        for (int i = 0; i < worker.getIoThreadCount(); i++) {
            on(worker.getIoThread(i), () -> {});
        }
        on(owner, () -> {});
        assertThat(ended).as("ends told").hasValue(ends);
        assertThat(pool.twice).as("buffers given back twice").hasValue(0);
        assertThat(origin.strangers).as("calls off the owner's thread").hasValue(0);
        if (writer != null) {
            assertThat(writer.closes).as("closings of the writer").hasValue(1);
        }
    }

    private static void on(XnioIoThread thread, Runnable step) throws Exception {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                step.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.get(20, TimeUnit.SECONDS);
    }

    /** A client that takes what it gets in bites, with other work of its thread in between. */
    private static final class Client {
        private final XnioIoThread thread;
        private final BodyRelay.Reader reader;
        private final int slowness;
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
        private int wanted = Integer.MAX_VALUE;
        private final CompletableFuture<@Nullable Void> reached = new CompletableFuture<>();
        private final ByteBuffer bite;
        private boolean scheduled;

        private Client(XnioIoThread thread, BodyRelay.Reader reader, int slowness) {
            this.thread = thread;
            this.reader = reader;
            this.slowness = slowness;
            this.bite = ByteBuffer.allocate(4 * BUFFER / slowness / slowness + 13);
            reader.onReadable(this::take);
            thread.execute(this::take);
        }

        private void take() {
            if (!scheduled && !whole.isDone()) {
                scheduled = true;
                later(slowness);
            }
        }

        private void later(int turns) {
            if (turns > 0) {
                thread.execute(() -> later(turns - 1));
                return;
            }
            scheduled = false;
            try {
                int count = reader.read(got.size(), bite.clear());
                if (count > 0) {
                    got.write(bite.array(), 0, bite.position());
                    if (got.size() >= wanted) {
                        reached.complete(null);
                    }
                    take();
                } else if (count < 0) {
                    reader.close();
                    reader.close();
                    whole.complete(got.toByteArray());
                }
            } catch (IOException | RuntimeException e) {
                reader.close();
                whole.completeExceptionally(e);
            }
        }

        byte[] bytes() throws Exception {
            return whole.get(20, TimeUnit.SECONDS);
        }

        void reaches(int count) throws Exception {
            on(thread, () -> {
                wanted = count;
                if (got.size() >= count) {
                    reached.complete(null);
                }
            });
            reached.get(20, TimeUnit.SECONDS);
            // Its next read tells the relay how far it is.
            on(thread, this::take);
            for (int i = 0; i <= slowness; i++) {
                on(thread, () -> {});
            }
        }

        Throwable failure() throws InterruptedException, TimeoutException {
            try {
                byte[] bytes = whole.get(20, TimeUnit.SECONDS);
                throw new AssertionError("complete with " + bytes.length + " bytes");
            } catch (ExecutionException e) {
                return Objects.requireNonNull(e.getCause());
            }
        }
    }

    /** A body that arrives in pieces; its bytes name their place. */
    private final class Origin implements OriginBody {
        private final byte[] all;
        private final Random random;
        private final AtomicInteger strangers = new AtomicInteger();
        private final AtomicInteger maxAhead = new AtomicInteger();
        private volatile boolean aborted;
        private int available;
        private int cutAt = -1;
        private int at;
        private boolean reading;
        private @Nullable Runnable listener;

        private Origin(int length, int seed) {
            all = new byte[length];
            random = new Random(seed);
            for (int i = 0; i < length; i++) {
                all[i] = (byte) (i * 31 + (i >> 8) * 17 + seed);
            }
            available = length;
        }

        private void confined() {
            if (Thread.currentThread() != owner) {
                strangers.incrementAndGet();
            }
        }

        /** All of the rest arrives. */
        void more() {
            available = all.length;
            notifySoon();
        }

        @Override
        public long length() {
            return -1;
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            confined();
            if (aborted) {
                throw new IOException("aborted");
            }
            if (cutAt >= 0 && at >= cutAt) {
                throw new IOException("cut short");
            }
            if (at == all.length) {
                return -1;
            }
            int there = Math.min(available, cutAt < 0 ? available : cutAt) - at;
            int count = Math.min(Math.min(there, dst.remaining()), 1 + random.nextInt(2 * BUFFER));
            if (count <= 0 || random.nextInt(8) == 0) {
                return 0;
            }
            dst.put(all, at, count);
            at += count;
            maxAhead.accumulateAndGet(pool.out.get() * BUFFER, Math::max);
            return count;
        }

        @Override
        public void onReadable(Runnable readable) {
            confined();
            listener = readable;
        }

        @Override
        public void resumeReads() {
            confined();
            reading = true;
            if (at < available || at == all.length || at == cutAt) {
                notifySoon();
            }
        }

        private void notifySoon() {
            owner.execute(() -> {
                Runnable told = listener;
                if (reading && told != null) {
                    told.run();
                }
            });
        }

        @Override
        public void suspendReads() {
            confined();
            reading = false;
        }

        @Override
        public void abort() {
            confined();
            aborted = true;
            listener = null;
        }
    }

    /** A store that keeps the bytes in memory up to a limit. */
    private static class Memory implements EntryWriter {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final long limit;
        private final AtomicInteger closes = new AtomicInteger();
        private volatile boolean committed;
        private boolean failed;

        private Memory(long limit) {
            this.limit = limit;
        }

        @Override
        public boolean append(ByteBuffer body) {
            synchronized (bytes) {
                if (failed || bytes.size() + (long) body.remaining() > limit) {
                    failed = true;
                    return false;
                }
                while (body.hasRemaining()) {
                    bytes.write(body.get());
                }
                return true;
            }
        }

        @Override
        public long length() {
            synchronized (bytes) {
                return bytes.size();
            }
        }

        @Override
        public int read(long position, ByteBuffer dst) {
            synchronized (bytes) {
                if (closes.get() > 0 || position > bytes.size()) {
                    return -1;
                }
                int count = Math.min(dst.remaining(), bytes.size() - (int) position);
                dst.put(bytes.toByteArray(), (int) position, count);
                return count;
            }
        }

        @Override
        public @Nullable StoredHead commit() {
            committed = !failed;
            return null;
        }

        @Override
        public void close() {
            closes.incrementAndGet();
        }
    }

    /** Counts what is out. */
    private static final class CountingPool implements ByteBufferPool {
        private final AtomicInteger out = new AtomicInteger();
        private final AtomicInteger twice = new AtomicInteger();

        @Override
        public PooledByteBuffer allocate() {
            out.incrementAndGet();
            return new Counted(ByteBuffer.allocate(BUFFER));
        }

        private final class Counted implements PooledByteBuffer {
            private final ByteBuffer buffer;
            private boolean open = true;

            private Counted(ByteBuffer buffer) {
                this.buffer = buffer;
            }

            @Override
            public ByteBuffer getBuffer() {
                if (!isOpen()) {
                    throw new IllegalStateException("used after it was given back");
                }
                return buffer;
            }

            @Override
            public synchronized void close() {
                if (open) {
                    open = false;
                    out.decrementAndGet();
                } else {
                    twice.incrementAndGet();
                }
            }

            @Override
            public synchronized boolean isOpen() {
                return open;
            }
        }

        @Override
        public ByteBufferPool getArrayBackedPool() {
            return this;
        }

        @Override
        public void close() {}

        @Override
        public int getBufferSize() {
            return BUFFER;
        }

        @Override
        public boolean isDirect() {
            return false;
        }
    }
}
