package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Latency of hits of 1 KB under open load: requests come at a fixed rate, however long answers take. */
final class SteadyScene implements Scene {
    private static final Job JOB = Job.HIT_1K;

    /** Of the rate; with less it is another measurement. */
    private static final double KEPT = 0.9;

    private final String number;
    private final String name;
    private final OptionalLong fixed;
    private long rate;

    private SteadyScene(String number, String name, OptionalLong fixed) {
        this.number = number;
        this.name = name;
        this.fixed = fixed;
        this.rate = fixed.orElse(0);
    }

    static SteadyScene at(int requestsPerSecond) {
        return new SteadyScene("W1r", "steady", OptionalLong.of(requestsPerSecond));
    }

    /** At half of what the first server reaches under closed load, which is measured before. */
    static SteadyScene atHalf() {
        return new SteadyScene("W1r-half", "steady-half", OptionalLong.empty());
    }

    @Override
    public String number() {
        return number;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return "hit of 1 KB at "
                + (rate == 0 ? "half of the first server's rate" : String.format("%,d", rate) + " requests/s")
                + ", open loop";
    }

    @Override
    public List<Measure> measures() {
        return List.of(
                Measure.P99.lowerIsBetter(),
                Measure.P999.lowerIsBetter(),
                Measure.P50,
                Measure.PAUSE,
                Measure.CPU,
                Measure.RATE.uncompared(),
                Measure.MEMORY,
                Measure.ALLOCATED,
                Measure.ERRORS,
                Measure.NOT_THE_JOB);
    }

    @Override
    public List<Measure> summary() {
        return measures().subList(0, 2);
    }

    @Override
    public Optional<String> lacks() {
        return Programs.missing("h2load", "nghttp2-client");
    }

    @Override
    public void prepare(Bench bench, List<RunningPeer> peers) throws IOException {
        if (fixed.isEmpty() && !peers.isEmpty()) {
            RunningPeer first = peers.get(0);
            Wrk wrk = new Wrk(bench);
            wrk.run(JOB, first, bench.load().warmupOf(first.peer()));
            Wrk.Report report = wrk.run(JOB, first, bench.load().window());
            rate = Math.max(1, Math.round(report.requests() / report.seconds() / 2));
        }
    }

    @Override
    public Optional<String> unfit(Bench bench, RunningPeer peer) throws IOException {
        return new JobCheck(JOB, bench.origin()).unfit(peer);
    }

    /** By closed load first: at a low rate a JVM would go on compiling for minutes, which is another measurement. */
    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        new Warmup(bench).run(JOB, peer);
        load(bench, peer, bench.load().warmupOf(peer.peer()));
    }

    private H2load.Report load(Bench bench, RunningPeer peer, Duration duration) throws IOException {
        return new H2load(bench).run(JOB.requests().get(0).path(), (int) rate, peer, duration);
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        Window window = Window.open(bench, peer);
        H2load.Report report = load(bench, peer, bench.load().window());
        Sample sample = window.close(JOB, report.requests());
        if (report.rate() < KEPT * rate) {
            sample.note("server or load did not keep up: fewer answers than " + rate + " a second were asked for");
        }
        return sample.with(Measure.P50, (double) report.atPerMille(500))
                .with(Measure.P99.lowerIsBetter(), (double) report.atPerMille(990))
                .with(Measure.P999.lowerIsBetter(), (double) report.atPerMille(999))
                .with(Measure.RATE.uncompared(), report.rate())
                .with(Measure.ERRORS, (double) report.errors());
    }
}
