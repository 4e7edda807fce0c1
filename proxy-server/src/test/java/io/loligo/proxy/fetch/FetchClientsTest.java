package io.loligo.proxy.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.config.Configuration.Collapsing;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.Rules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

@DisplayName("The clients of a fetch")
final class FetchClientsTest {
    private static final Collapsing PATIENT = new Collapsing(2, Duration.ofHours(1));

    @TempDir
    Path directory;

    private XnioWorker worker;
    private XnioIoThread owner;
    private XnioIoThread other;
    private Rules rules;
    /** What the fetch is told, in order. */
    private final List<String> told = new CopyOnWriteArrayList<>();

    private final List<Exchange> sentAway = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        worker = Xnio.getInstance().createWorker(OptionMap.create(Options.WORKER_IO_THREADS, 2));
        owner = worker.getIoThread(0);
        other = worker.getIoThread(1);
        rules = TestRules.of(directory, 1);
    }

    @AfterEach
    void stop() {
        worker.shutdownNow();
    }

    @Test
    void as_many_wait_as_may() throws Exception {
        FetchClients clients = clients(client(owner), PATIENT, false);

        assertThat(join(clients, client(other))).isEqualTo(FetchClients.Joined.WAITS);
        FakeClient second = client(owner);
        assertThat(join(clients, second)).isEqualTo(FetchClients.Joined.WAITS);
        assertThat(join(clients, client(other))).isEqualTo(FetchClients.Joined.FULL);

        second.leaves();
        assertThat(join(clients, client(other))).as("a place became free").isEqualTo(FetchClients.Joined.WAITS);
    }

    @Test
    void a_waiter_that_waits_for_too_long_is_sent_away_on_its_thread() throws Exception {
        FetchClients clients = clients(client(owner), new Collapsing(2, Duration.ofMillis(20)), false);
        FakeClient waiter = client(other);
        join(clients, waiter);

        Awaitility.await().until(() -> !sentAway.isEmpty());

        assertThat(sentAway).containsExactly(waiter.exchange());
        assertThat(told).containsExactly("too long on its thread");
        assertThat(clients.answered(true)).isEmpty();
    }

    @Test
    void those_that_come_later_wait_on() throws Exception {
        FetchClients clients = clients(client(owner), new Collapsing(1_000, Duration.ofMillis(50)), false);
        int count = 200;
        for (int i = 0; i < count; i++) {
            join(clients, client(i % 2 == 0 ? owner : other));
        }
        Awaitility.await().until(() -> sentAway.size() == count);

        assertThat(sentAway).doesNotHaveDuplicates();
        assertThat(join(clients, client(other))).isEqualTo(FetchClients.Joined.WAITS);
        Awaitility.await().until(() -> sentAway.size() == count + 1);
    }

    @Test
    void the_last_that_leaves_ends_the_fetch() throws Exception {
        FakeClient leader = client(owner);
        FetchClients clients = clients(leader, PATIENT, false);
        FakeClient waiter = client(other);
        join(clients, waiter);

        leave(clients, leader);
        assertThat(told).as("somebody waits").isEmpty();
        assertThat(clients.leader()).isNull();

        waiter.leaves();
        assertThat(told).containsExactly("closed", "unwanted");
        assertThat(join(clients, client(other))).isEqualTo(FetchClients.Joined.OVER);
        clients.close();
        assertThat(told).as("told once").containsExactly("closed", "unwanted");
    }

    @Test
    void the_fetch_ends_when_its_last_waiter_has_waited_for_too_long() throws Exception {
        FakeClient leader = client(owner);
        FetchClients clients = clients(leader, new Collapsing(2, Duration.ofMillis(20)), false);
        FakeClient waiter = client(owner);
        join(clients, waiter);
        leave(clients, leader);

        Awaitility.await().until(() -> told.contains("unwanted"));

        assertThat(told).containsExactly("too long on its thread", "closed", "unwanted");
    }

    @Test
    void quick_abort_may_have_the_fetch_go_on() throws Exception {
        FakeClient leader = client(owner);
        FetchClients clients = clients(leader, PATIENT, true);

        leave(clients, leader);

        assertThat(told).isEmpty();
        assertThat(join(clients, client(other))).isEqualTo(FetchClients.Joined.WAITS);
    }

    @Test
    void a_fetch_without_a_client_of_its_own_goes_on_when_its_waiters_leave() throws Exception {
        FetchClients clients = clients(null, PATIENT, false);
        FakeClient waiter = client(other);
        join(clients, waiter);

        waiter.leaves();

        assertThat(told).isEmpty();
    }

    @Test
    void nobody_ends_a_fetch_that_is_answered() throws Exception {
        FakeClient leader = client(owner);
        FetchClients clients = clients(leader, PATIENT, false);
        FakeClient waiter = client(other);
        join(clients, waiter);

        assertThat(clients.answered(true)).containsExactly(waiter.exchange());
        leave(clients, leader);
        waiter.leaves();

        assertThat(told).isEmpty();
        assertThat(join(clients, client(other))).isEqualTo(FetchClients.Joined.STREAMING);
        clients.close();
        assertThat(told).containsExactly("closed");
    }

    private FakeClient client(XnioIoThread thread) {
        return new FakeClient(thread, rules, null);
    }

    private FetchClients clients(@Nullable FakeClient leader, Collapsing limits, boolean goesOn) {
        return new FetchClients(
                owner, leader == null ? null : leader.exchange(), limits, goesOn, new FetchClients.Listener() {
                    @Override
                    public void closed() {
                        told.add("closed");
                    }

                    @Override
                    public void unwanted() {
                        told.add("unwanted");
                    }

                    @Override
                    public void waitedTooLong(Exchange x) {
                        if (told.isEmpty()) {
                            told.add(
                                    "too long on " + (Thread.currentThread() == x.thread() ? "its thread" : "another"));
                        }
                        sentAway.add(x);
                    }
                });
    }

    private static FetchClients.Joined join(FetchClients clients, FakeClient client) throws Exception {
        FetchClients.Joined[] joined = new FetchClients.Joined[1];
        FakeClient.on(client.thread(), () -> joined[0] = clients.join(client.exchange()));
        return joined[0];
    }

    private static void leave(FetchClients clients, FakeClient leader) throws Exception {
        FakeClient.on(leader.thread(), () -> clients.leave(leader.exchange()));
    }
}
