package io.loligo.tests.bench.peers;

import io.loligo.tests.bench.peers.Job.OriginDoes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A {@link Job} under closed load. */
final class HttpScene implements Scene {
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
        if (isLarge()) {
            measures.add(0, Measure.CPU_PER_GB);
        }
        return measures;
    }

    /** Where bytes cost, not requests. */
    private boolean isLarge() {
        return job.equals(Job.HIT_5M);
    }

    @Override
    public Optional<String> unfit(Bench bench, RunningPeer peer) throws IOException {
        return new JobCheck(job, bench.origin()).unfit(peer);
    }

    @Override
    public void warm(Bench bench, RunningPeer peer) throws IOException {
        new Wrk(bench).run(job, peer, bench.load().warmupOf(peer.peer()));
    }

    @Override
    public Sample measure(Bench bench, RunningPeer peer) throws IOException {
        OptionalLong allocatedBefore = peer.allocatedBytes();
        long originBefore = bench.origin().requests();
        double cpuBefore = peer.cpuMicros();
        Wrk.Report report = new Wrk(bench).run(job, peer, bench.load().window());
        double cpu = peer.cpuMicros() - cpuBefore;
        long originAsked = bench.origin().requests() - originBefore;
        OptionalLong allocated = peer.allocatedBytes();
        boolean right = job.origin() == OriginDoes.NOTHING ? originAsked == 0 : originAsked >= report.requests();
        Sample sample = new Sample()
                .with(Measure.CPU_PER_GB, cpu / 1e6 / (report.bytes() / 1e9))
                .with(Measure.CPU, cpu / report.requests())
                .with(Measure.RATE, report.requests() / report.seconds())
                .with(Measure.P50, report.p50())
                .with(Measure.P99, report.p99())
                .with(Measure.P999, report.p999())
                .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0)
                .with(Measure.ERRORS, (double) report.errors())
                .with(Measure.NOT_THE_JOB, right ? 0 : 1);
        if (allocated.isPresent()) {
            sample.with(
                    Measure.ALLOCATED,
                    (double) (allocated.getAsLong() - allocatedBefore.orElse(0)) / report.requests());
        }
        return sample;
    }
}
