package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Goes through the scenes: starts the servers as each needs them, warms them, and measures them in alternation. */
final class Runner implements AutoCloseable {
    private final Bench bench;
    private final List<Peer> peers;
    private final Consumer<String> progress;
    private final List<RunningPeer> running = new ArrayList<>();
    private @Nullable Setup setup;
    private int started;

    /** @param peers the first is the one that the others are compared with */
    Runner(Bench bench, List<Peer> peers, Consumer<String> progress) {
        this.bench = bench;
        this.peers = peers;
        this.progress = progress;
    }

    Comparison run(Scene scene) throws IOException {
        List<Outcome> outcomes = peers.stream().map(Outcome::new).toList();
        if (scene.fresh() || !scene.setup().equals(setup)) {
            close();
            start(scene.setup(), outcomes);
        }
        scene.prepare(bench, running);
        each(scene, outcomes, (peer, outcome) -> {
            scene.unfit(bench, peer).ifPresent(outcome::unfit);
            if (outcome.unfit() == null) {
                progress.accept(scene.name() + ": " + peer.name() + " does the job");
                scene.warm(bench, peer);
            }
        });
        for (int round = scene.once() ? 1 : bench.load().rounds(); round > 0; round--) {
            each(scene, outcomes, (peer, outcome) -> outcome.add(scene.measure(bench, peer)));
        }
        if (scene.fresh()) {
            close();
        }
        return new Comparison(scene, peers.get(0).name(), outcomes);
    }

    /** A step of a scene for one server. */
    private interface Step {
        void take(RunningPeer peer, Outcome outcome) throws IOException;
    }

    private void each(Scene scene, List<Outcome> outcomes, Step step) {
        for (Outcome outcome : outcomes) {
            if (outcome.unfit() != null) {
                continue;
            }
            RunningPeer peer = running.stream()
                    .filter(candidate -> candidate.peer() == outcome.peer())
                    .findFirst()
                    .orElse(null);
            if (peer == null) {
                outcome.unfit("it did not start");
                continue;
            }
            try {
                step.take(peer, outcome);
            } catch (IOException | UncheckedIOException e) {
                outcome.unfit("it failed: " + e.getMessage());
            }
            if (outcome.unfit() != null) {
                progress.accept(scene.name() + ": " + peer.name() + " is left out: " + outcome.unfit());
            }
        }
    }

    private void start(Setup wanted, List<Outcome> outcomes) throws IOException {
        started++;
        for (Outcome outcome : outcomes) {
            Peer peer = outcome.peer();
            Path directory = bench.workplace().directory(peer.name() + "-" + started);
            Place place = new Place(
                    directory, bench.workplace().freePort(), bench.cores().serverThreads());
            try {
                RunningPeer at = new RunningPeer(
                        peer, place, peer.prepare(place, bench.origin(), wanted), bench.workplace(), bench.cores());
                running.add(at);
                at.start();
            } catch (IOException e) {
                forget(peer);
                outcome.unfit("it does not start: " + e.getMessage());
                progress.accept(peer.name() + " does not start: " + e.getMessage());
            }
        }
        setup = wanted;
    }

    private void forget(Peer peer) throws IOException {
        for (RunningPeer at : List.copyOf(running)) {
            if (at.peer() == peer) {
                at.stop();
                running.remove(at);
            }
        }
    }

    /** Stops all servers. */
    @Override
    public void close() throws IOException {
        for (RunningPeer peer : running) {
            peer.stop();
        }
        running.clear();
        setup = null;
    }
}
