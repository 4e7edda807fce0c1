package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Requests at a fixed rate over some connections, and how long each took. A request that finds no free connection when it
 * is due is sent later, and its time counts from when it was due: a server that stalls does not hide that by being asked
 * less. It is worked by its caller's thread, between other things.
 */
final class OpenLoop {
    private final Clients clients;
    private final int perSecond;
    private final IntFunction<PacedPage> pages;
    private final ArrayDeque<Client> idle;
    private final Map<Client, Integer> numbers = new HashMap<>();
    private final long startNanos = System.nanoTime();
    private long[] takenNanos = new long[1 << 10];
    private int asked;
    private int answered;
    private int last = Integer.MAX_VALUE;
    private long lookedNanos = startNanos;
    private long longestBlindNanos;

    /**
     * @param clients each without a request under way; they are this one's until it is over
     * @param pages by the number of the request, from 0
     */
    OpenLoop(Clients clients, int perSecond, IntFunction<PacedPage> pages) {
        this.clients = clients;
        this.perSecond = perSecond;
        this.pages = pages;
        this.idle = new ArrayDeque<>(clients.all());
    }

    /**
     * Sends what is due and takes what has come.
     *
     * @param millis how long it waits for an answer when there is none; 0 for not at all
     * @throws UncheckedIOException when an answer is wrong
     */
    void work(long millis) {
        long now = System.nanoTime();
        longestBlindNanos = Math.max(longestBlindNanos, now - lookedNanos);
        while (asked < last && !idle.isEmpty() && dueNanos(asked) - now <= 0) {
            Client client = idle.remove();
            numbers.put(client, asked);
            clients.ask(client, pages.apply(asked));
            refuseFault(client);
            asked++;
        }
        for (Client client : clients.turn(millis, () -> {})) {
            refuseFault(client);
            if (answered == takenNanos.length) {
                takenNanos = Arrays.copyOf(takenNanos, 2 * answered);
            }
            takenNanos[answered++] = client.doneNanos() - dueNanos(numbers.getOrDefault(client, 0));
            idle.add(client);
        }
        lookedNanos = System.nanoTime();
    }

    private static void refuseFault(Client client) {
        String fault = client.fault();
        if (fault != null) {
            throw new UncheckedIOException(new IOException(fault));
        }
    }

    private long dueNanos(int number) {
        return startNanos + (long) (number * 1e9 / perSecond);
    }

    /** Asks for nothing that is due later than now. */
    void stop() {
        if (last == Integer.MAX_VALUE) {
            last = Math.max(asked, (int) ((System.nanoTime() - startNanos) / 1e9 * perSecond));
        }
    }

    /** Whether it was stopped and everything that was due has been answered. */
    boolean isOver() {
        return answered == last;
    }

    /** How many requests have been answered. */
    long answered() {
        return answered;
    }

    /** µs from when each was due to its last byte, ascending. */
    Latencies latencies() {
        return new Latencies(Arrays.stream(takenNanos, 0, answered)
                .map(nanos -> nanos / 1_000)
                .sorted()
                .toArray());
    }

    /**
     * The longest time between two turns, in ns: so much of a latency may be the load's own, because an answer that comes
     * meanwhile is seen only then.
     */
    long longestBlindNanos() {
        return longestBlindNanos;
    }
}
