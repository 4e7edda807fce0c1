package io.loligo.tests.bench.peers;

import java.util.List;

/** All scenes there are, in the order in which they are measured. */
final class Scenes {
    private Scenes() {}

    /** @param requestsPerSecond of the open loop */
    static List<Scene> all(int requestsPerSecond) {
        return List.of(
                new HttpScene(Job.HIT_1K),
                new HttpScene(Job.HIT_16K),
                new HttpScene(Job.HIT_100K),
                new HttpScene(Job.HIT_5M),
                new HttpScene(Job.HIT_1K_CLOSE),
                new HttpScene(Job.VARIANTS),
                new HttpScene(Job.PASS),
                new HttpScene(Job.UNCACHEABLE),
                new HttpScene(Job.MISS),
                new HttpScene(Job.VALIDATION),
                SteadyScene.at(requestsPerSecond),
                SteadyScene.atHalf(),
                new HttpScene(Job.HIT_1K_LOG));
    }
}
