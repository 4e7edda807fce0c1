package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Ten thousand pages are purged, one by one, by the method PURGE. */
final class PurgeScene implements Scene {
    private static final int PAGES = 10_000;
    private static final int SIZE = 1 << 10;
    private static final int CONNECTIONS = 16;
    private static final int PRACTICE = 6;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Measure TIME = Measure.lower("seconds", "s", 3);
    private static final Measure LEFT = Measure.sum("left_in_cache", "left");

    private final Ids ids;

    PurgeScene(Ids ids) {
        this.ids = ids;
    }

    @Override
    public String number() {
        return "W11";
    }

    @Override
    public String name() {
        return "purge";
    }

    @Override
    public String title() {
        return "10,000 single purges by " + CONNECTIONS + " connections";
    }

    @Override
    public List<Measure> measures() {
        return List.of(TIME, Measure.CPU, LEFT);
    }

    @Override
    public Optional<String> unfit(Bench bench, RunningPeer peer) throws IOException {
        Batch page = Batch.next(ids, 1, SIZE);
        page.ask(bench, peer);
        try (Clients clients = Clients.connect(peer.port(), 1)) {
            boolean answered = clients.purgeAll(1, page::page, PATIENCE);
            int status = clients.all().get(0).status();
            if (!answered || status != 200) {
                return Optional.of("it does not purge single pages: it answers PURGE with " + status);
            }
        }
        return page.ask(bench, peer) == 1 ? Optional.empty() : Optional.of("it still has what was purged");
    }

    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        for (int i = 0; i < (peer.peer().isJvm() ? PRACTICE : 1); i++) {
            measure(bench, peer);
        }
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        Batch pages = Batch.next(ids, PAGES, SIZE);
        pages.ask(bench, peer);
        long askedBefore = bench.origin().paced().requests();
        double cpuBefore = peer.cpuMicros();
        double seconds;
        try (Clients clients = Clients.connect(peer.port(), CONNECTIONS)) {
            long start = System.nanoTime();
            if (!clients.purgeAll(PAGES, pages::page, PATIENCE)) {
                throw new IOException("not all purged: " + clients.faults());
            }
            seconds = (System.nanoTime() - start) / 1e9;
        }
        double cpu = peer.cpuMicros() - cpuBefore;
        Sample sample = new Sample().with(TIME, seconds).with(Measure.CPU, cpu / PAGES);
        if (bench.origin().paced().requests() > askedBefore) {
            sample.note("it asks the origin for each: it drops what an unsafe method was answered for");
        }
        return sample.with(LEFT, (double) (PAGES - pages.ask(bench, peer)));
    }
}
