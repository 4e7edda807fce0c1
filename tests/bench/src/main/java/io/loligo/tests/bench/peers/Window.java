package io.loligo.tests.bench.peers;

import io.loligo.tests.bench.peers.Job.OriginDoes;
import java.io.IOException;
import java.util.OptionalLong;

/** What a server, and the origin behind it, spend while there is load. */
final class Window {
    private final Bench bench;
    private final RunningPeer peer;
    private final OptionalLong allocated;
    private final long pauses;
    private final long originRequests;
    private final double cpuMicros;

    private Window(Bench bench, RunningPeer peer) throws IOException {
        bench.origin().settle();
        this.bench = bench;
        this.peer = peer;
        this.allocated = peer.allocatedBytes();
        this.pauses = peer.pauses().isPresent() ? peer.pauses().get().end() : 0;
        this.originRequests = bench.origin().requests();
        this.cpuMicros = peer.cpuMicros();
    }

    static Window open(Bench bench, RunningPeer peer) throws IOException {
        return new Window(bench, peer);
    }

    /** The cost of so many requests, and whether the origin's part in them was the job's. */
    Sample close(Job job, long requests) throws IOException {
        double cpu = peer.cpuMicros() - cpuMicros;
        bench.origin().settle();
        long origin = bench.origin().requests() - originRequests;
        boolean right = job.origin() == OriginDoes.NOTHING ? origin == 0 : origin >= requests;
        Sample sample = new Sample()
                .with(Measure.CPU, cpu / requests)
                .with(Measure.NOT_THE_JOB, right ? 0 : 1)
                .with(Measure.MEMORY, peer.memoryBytes() / 1048576.0);
        OptionalLong now = peer.allocatedBytes();
        if (now.isPresent() && allocated.isPresent()) {
            sample.with(Measure.ALLOCATED, (double) (now.getAsLong() - allocated.getAsLong()) / requests);
        }
        if (peer.pauses().isPresent()) {
            sample.with(Measure.PAUSE, peer.pauses().get().longestMillisSince(pauses));
        }
        return sample;
    }
}
