package io.loligo.tests.bench.peers;

import java.util.List;

/** All scenes there are, in the order in which they are measured. */
final class Scenes {
    private Scenes() {}

    /** @param requestsPerSecond of the open loop */
    static List<Scene> all(int requestsPerSecond) {
        Ids ids = new Ids();
        return List.of(
                new HttpScene(Job.HIT_1K),
                new HttpScene(Job.HIT_16K),
                new HttpScene(Job.HIT_100K),
                new HttpScene(Job.HIT_5M),
                new HttpScene(Job.HIT_1K_CLOSE),
                new HttpScene(Job.VARIANTS),
                new HttpScene(Job.PASS),
                new HttpScene(Job.UNCACHEABLE),
                new HttpScene(Job.VALIDATION),
                // After those that need what they keep: it fills every cache.
                new HttpScene(Job.MISS),
                SteadyScene.at(requestsPerSecond),
                SteadyScene.atHalf(),
                new HerdScene(HerdScene.Kind.STORABLE, ids),
                new HerdScene(HerdScene.Kind.STREAMED, ids),
                new HerdScene(HerdScene.Kind.UNCACHEABLE, ids),
                new HerdScene(HerdScene.Kind.KNOWN, ids),
                new PurgeScene(ids),
                new HttpScene(Job.HIT_1K_LOG),
                new ChurnScene(requestsPerSecond, ids),
                new IdleScene(ids),
                new SlowReadersScene(SlowReadersScene.Kind.HIT, ids),
                new SlowReadersScene(SlowReadersScene.Kind.MISS, ids),
                new SlowReadersScene(SlowReadersScene.Kind.UNCACHEABLE, ids),
                new BesideLargeScene(BesideLargeScene.Kind.SLOW_300, ids),
                new BesideLargeScene(BesideLargeScene.Kind.SLOW_1000, ids),
                new BesideLargeScene(BesideLargeScene.Kind.FAST, ids),
                new AbortScene(AbortScene.Kind.EACH_ITS_OWN, ids),
                new AbortScene(AbortScene.Kind.ONE, ids),
                new OverheadScene(ids),
                new ZipfScene("W4", "zipf", 200_000),
                new ZipfScene("W4l", "zipf-long", 800_000),
                new RestartScene(ids),
                new StartScene());
    }
}
