package io.loligo.tests.bench.parts;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.reuse.ReuseRules;
import io.loligo.tests.bench.Pages;
import java.time.Instant;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Whether a stored response answers a request. */
@State(Scope.Thread)
public class DecisionBench extends Part {
    private final ReuseRules rules = new ReuseRules(FreshnessRules.DEFAULT, false);
    private final StoredHead head = Pages.head(1);
    private final List<StoredHead> stored = List.of(head);
    private final RequestHead plain = Request.head(1);
    private final RequestHead conditional =
            Request.head(1, "If-None-Match", "\"100000000001\"", "Cache-Control", "max-age=600");
    private final Instant early = head.times().responseTime().plusSeconds(60);
    private final Instant late = head.times().responseTime().plusSeconds(7200);

    @Benchmark
    public Freshness freshness() {
        return Freshness.of(head, early, FreshnessRules.DEFAULT);
    }

    @Benchmark
    public Reuse fresh() {
        return ReusePolicy.decide(plain, stored, early, rules);
    }

    @Benchmark
    public Reuse freshForAClientWithConditions() {
        return ReusePolicy.decide(conditional, stored, early, rules);
    }

    @Benchmark
    public Reuse stale() {
        return ReusePolicy.decide(plain, stored, late, rules);
    }
}
