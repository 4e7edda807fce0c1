package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link Job} under closed load. */
final class HttpScene implements Scene {
    /** In bytes; less than any in combined format. */
    private static final int SHORTEST_LINE = 60;

    private final Job job;

    HttpScene(Job job) {
        this.job = job;
    }

    @Override
    public String number() {
        return job.number();
    }

    @Override
    public String name() {
        return job.name();
    }

    @Override
    public String title() {
        return job.title();
    }

    @Override
    public Setup setup() {
        return job.setup();
    }

    @Override
    public List<Measure> measures() {
        List<Measure> measures = new ArrayList<>(List.of(
                Measure.CPU,
                Measure.RATE,
                Measure.P50,
                Measure.P99,
                Measure.P999,
                Measure.MEMORY,
                Measure.ALLOCATED,
                Measure.ERRORS,
                Measure.NOT_THE_JOB));
        if (job.large()) {
            measures.add(0, Measure.CPU_PER_GB);
        }
        if (job.setup().log()) {
            measures.add(Measure.LOGGED);
        }
        return measures;
    }

    @Override
    public Optional<String> unfit(Bench bench, RunningPeer peer) throws IOException {
        return new JobCheck(job, bench.origin()).unfit(peer);
    }

    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        new Warmup(bench).run(job, peer);
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        long logBefore = peer.logBytes();
        Window window = Window.open(bench, peer);
        Wrk.Report report = new Wrk(bench).run(job, peer, bench.load().window());
        Sample sample = window.close(job, report.requests());
        if (report.bytes() < report.requests() * job.bodyBytes(bench.origin())) {
            sample.with(Measure.NOT_THE_JOB, 1).note("its answers are shorter than the page");
        }
        if (job.setup().log()) {
            double logged = (double) (peer.logBytes() - logBefore) / report.requests();
            sample.with(Measure.LOGGED, logged);
            if (logged < SHORTEST_LINE) {
                sample.note("its log lacks lines");
            }
        }
        double cpuSeconds = sample.values().getOrDefault(Measure.CPU, 0.0) * report.requests() / 1e6;
        return sample.with(Measure.CPU_PER_GB, cpuSeconds / (report.bytes() / 1e9))
                .with(Measure.RATE, report.requests() / report.seconds())
                .with(Measure.P50, report.p50())
                .with(Measure.P99, report.p99())
                .with(Measure.P999, report.p999())
                .with(Measure.ERRORS, (double) report.errors());
    }
}
