package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Up to some ten thousand client connections to one server, worked by the thread that uses them. */
final class Clients implements AutoCloseable {
    private static final int SCRATCH_BYTES = 256 << 10;
    /** Connections opened before some are given a moment to be accepted. */
    private static final int AT_ONCE = 250;

    private static final long TURN_MILLIS = 50;

    private final Selector selector;
    private final int port;
    private final List<Client> all = new ArrayList<>();
    /** Those whose answers ended in this turn. */
    private final List<Client> ready = new ArrayList<>();

    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);

    private Clients(Selector selector, int port) {
        this.selector = selector;
        this.port = port;
    }

    /** Connects {@code count} clients. */
    static Clients connect(int port, int count) {
        return connect(port, count, 0);
    }

    /** @param receiveBuffer what the system may keep for a client that does not read; 0 for its own idea of it */
    static Clients connect(int port, int count, int receiveBuffer) {
        try {
            Clients clients = new Clients(Selector.open(), port);
            for (int i = 0; i < count; i++) {
                clients.add(receiveBuffer);
            }
            return clients;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(int receiveBuffer) throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (receiveBuffer > 0) {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        }
        // Blocking: on the loopback that is a moment, and the backlog is never overrun.
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.configureBlocking(false);
        Client client = new Client(socket);
        client.registered(socket.register(selector, SelectionKey.OP_READ, client));
        all.add(client);
        if (all.size() % AT_ONCE == 0) {
            selector.selectNow();
        }
    }

    List<Client> all() {
        return all;
    }

    /** Has each ask for a page: one right after the other, without waiting for answers. */
    void ask(IntFunction<PacedPage> pages) {
        for (int i = 0; i < all.size(); i++) {
            ask(all.get(i), pages.apply(i));
        }
    }

    /** Has one of them ask for a page. */
    void ask(Client client, PacedPage page) {
        client.ask(get(page), page);
    }

    /**
     * Has each ask for the same page.
     *
     * @throws IOException when one has a wrong answer, or none in time
     */
    void askEach(PacedPage page, Duration longest) throws IOException {
        ask(i -> page);
        if (!await(longest) || without() > 0) {
            throw new IOException(without() + " of " + all.size() + " without an answer: " + faults());
        }
    }

    /**
     * Asks for {@code count} pages in their order, each client for the next one as soon as it has its answer.
     *
     * @throws IOException when one is wrong, or they have not all come in time
     */
    void askAll(int count, IntFunction<PacedPage> pages, Duration longest) throws IOException {
        if (!each(count, (client, i) -> ask(client, pages.apply(i)), longest)) {
            throw new IOException("not all answered: " + faults());
        }
    }

    /** In the order of {@link #askAll} asks of each page that it be purged; whether all were answered in time. */
    boolean purgeAll(int count, IntFunction<PacedPage> pages, Duration longest) {
        return each(count, (client, i) -> client.ask(request("PURGE", pages.apply(i)), null), longest);
    }

    /** The next request of a client. */
    private interface Next {
        void ask(Client client, int number);
    }

    private boolean each(int count, Next next, Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        int number = 0;
        int done = 0;
        for (Client client : all) {
            if (number < count) {
                next.ask(client, number++);
            }
        }
        while (System.nanoTime() - deadline < 0) {
            for (Client client : turn(TURN_MILLIS, () -> {})) {
                if (client.isDone() && client.fault() == null) {
                    done++;
                    if (number < count) {
                        next.ask(client, number++);
                    }
                } else if (client.fault() != null) {
                    return false;
                }
            }
            if (done == count) {
                return true;
            }
        }
        return false;
    }

    private String get(PacedPage page) {
        return request("GET", page);
    }

    private String request(String method, PacedPage page) {
        return method + " " + page.target() + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n";
    }

    /** Works the connections until each has its answer, or the time is up; whether each has. */
    boolean await(Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        int next = 0;
        while (System.nanoTime() - deadline < 0) {
            while (next < all.size() && all.get(next).isDone()) {
                next++;
            }
            if (next == all.size()) {
                return true;
            }
            turn(TURN_MILLIS, () -> {});
        }
        return false;
    }

    /** Works the connections for {@code time}, each taking {@code bytesPerSecond} at most. */
    void readSlowly(Duration time, long bytesPerSecond) {
        long deadline = System.nanoTime() + time.toNanos();
        readSlowly(() -> System.nanoTime() - deadline >= 0, bytesPerSecond, 1, () -> {});
    }

    /**
     * Works the connections until {@code over}, each taking {@code bytesPerSecond} at most.
     *
     * @param millis how long it waits for something to read
     * @param between is done after each step that takes some microseconds
     */
    void readSlowly(BooleanSupplier over, long bytesPerSecond, long millis, Runnable between) {
        long start = System.nanoTime();
        long allowed = 0;
        while (!over.getAsBoolean()) {
            long due = (System.nanoTime() - start) * all.size() / TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS);
            for (; allowed < due; allowed++) {
                all.get((int) (allowed % all.size())).allow(bytesPerSecond * TURN_MILLIS / 1_000);
                between.run();
            }
            turn(millis, between);
        }
    }

    /**
     * Reads and writes once what can be read and written; those whose answers have ended by that, until the next turn.
     *
     * @param millis how long it waits when there is nothing; 0 for not at all
     * @param between is done after each connection
     */
    List<Client> turn(long millis, Runnable between) {
        try {
            ready.clear();
            Consumer<SelectionKey> each = key -> {
                Client client = (Client) key.attachment();
                boolean waited = !client.isDone();
                client.ready(scratch);
                if (waited && client.isDone()) {
                    ready.add(client);
                }
                between.run();
            };
            if (millis > 0) {
                selector.select(each, millis);
            } else {
                selector.selectNow(each);
            }
            return ready;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with the answers, one line each; empty when all are right. */
    List<String> faults() {
        return all.stream()
                .map(Client::fault)
                .filter(fault -> fault != null)
                .map(String::valueOf)
                .distinct()
                .toList();
    }

    /** How many have no right answer. */
    long without() {
        return all.stream()
                .filter(client -> client.fault() != null || client.doneNanos() == 0)
                .count();
    }

    /** Milliseconds from {@code startNanos} to the last byte of the last answer. */
    double lastDoneMillis(long startNanos) {
        return all.stream().mapToLong(Client::doneNanos).max().orElse(startNanos) / 1e6 - startNanos / 1e6;
    }

    @Override
    public void close() {
        all.forEach(Client::close);
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
