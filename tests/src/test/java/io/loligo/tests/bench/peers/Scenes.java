package io.loligo.tests.bench.peers;

import java.util.List;

/** All scenes there are, in the order in which they are measured. */
final class Scenes {
    private Scenes() {}

    static List<Scene> all() {
        return List.of(
                new HttpScene(Job.HIT_1K),
                new HttpScene(Job.HIT_16K),
                new HttpScene(Job.HIT_100K),
                new HttpScene(Job.HIT_5M));
    }
}
