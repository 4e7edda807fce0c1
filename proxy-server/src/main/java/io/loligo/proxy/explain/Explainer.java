package io.loligo.proxy.explain;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.key.UnusableHost;
import io.loligo.cache.reuse.Preconditions;
import io.loligo.cache.reuse.RangeSelection;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReuseGround;
import io.loligo.cache.reuse.ReusePolicy;
import io.loligo.cache.reuse.Validation;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.storing.StoragePolicy;
import io.loligo.cache.storing.StorageVerdict;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.PortConfig;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.explain.ExplainRequest.Unexplainable;
import io.loligo.proxy.explain.Explanation.Outcome;
import io.loligo.proxy.explain.Explanation.Step;
import io.loligo.proxy.flow.Decision;
import io.loligo.proxy.flow.Deliberation;
import io.loligo.proxy.flow.Trace;
import io.loligo.proxy.http1.Refusal;
import io.loligo.proxy.http1.RequestHeadReader;
import io.loligo.proxy.origin.Candidate;
import io.loligo.proxy.origin.PeerSelection;
import io.loligo.proxy.respond.HeaderFilter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what the server would do with a request, and why: follows {@link Deliberation} and writes down every decision.
 * Asks the store, changes nothing. One per question; used by one thread.
 */
public final class Explainer {
    private static final int GATEWAY_TIMEOUT = 504;

    /**
     * An origin's answer to be judged.
     *
     * @param head as received
     * @param times when it was asked for and received
     */
    public record GivenAnswer(ResponseHead head, ResponseTimes times) {}

    private final ExplainRequest question;
    private final Rules rules;
    private final Instant now;
    private final List<Step> steps = new ArrayList<>();

    private Explainer(ExplainRequest question, Rules rules, Instant now) {
        this.question = question;
        this.rules = rules;
        this.now = now;
    }

    /** What the server would do at {@code now} with what {@code lookup} finds under a key. */
    public static Explanation request(
            ExplainRequest question, Rules rules, Function<CacheKey, List<StoredHead>> lookup, Instant now)
            throws Unexplainable {
        return new Explainer(question, rules, now).explain(lookup, null);
    }

    /**
     * What the server would do with {@code answer} to a request that found nothing stored; and, if it would store it, with
     * the same request at {@code now} and later.
     */
    public static Explanation exchange(ExplainRequest question, Rules rules, GivenAnswer answer, Instant now)
            throws Unexplainable {
        return new Explainer(question, rules, now).explain(key -> List.of(), answer);
    }

    private Explanation explain(Function<CacheKey, List<StoredHead>> lookup, @Nullable GivenAnswer answer)
            throws Unexplainable {
        RequestHead head = question.head();
        Rules.Site site = site();
        Refusal refused = RequestHeadReader.problemOf(head);
        if (refused != null) {
            step("request", "refused", "it has " + refused.why(), "RFC 9112 §3");
            return end(head.target(), Outcome.own(refused.status()));
        }
        TargetUri target = Deliberation.locate(head, null, null, site);
        if (target instanceof UnusableHost unusable) {
            step("url", "refused", unusable.why(), "RFC 9112 §3.2");
            return end(head.target(), Outcome.own(400));
        }
        EffectiveUri uri = (EffectiveUri) target;
        step("url", uri.toString(), "as the http_port makes it of Host and target", "RFC 9110 §7.1");
        RequestFacts facts = site.clients()
                .of(new RequestFacts(
                        head,
                        uri,
                        new InetSocketAddress(question.client(), 0),
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), site.port().port()),
                        site.port().name()));
        // Where there is an answer, the request was decided on when it was sent.
        Instant asked = answer == null ? now : answer.times().requestTime();
        Course course = new Course(facts, site, asked);
        Decision decision =
                new Deliberation(lookup, InstantSource.fixed(asked)).decide(facts, head.hasBody(), rules, site, course);
        course.outcome = decision.match(course);
        if (answer != null) {
            course.judge(answer);
        }
        return end(uri.toString(), course.outcome);
    }

    private Explanation end(String url, Outcome outcome) {
        return new Explanation(question.head().method(), url, now, outcome, List.copyOf(steps));
    }

    private void step(String name, String verdict, String reason, String basis) {
        steps.add(new Step(name, verdict, reason, basis));
    }

    private Rules.Site site() throws Unexplainable {
        List<PortConfig> ports = rules.configuration().ports();
        String wanted = question.port();
        if (wanted != null) {
            for (PortConfig port : ports) {
                if (wanted.equals(Integer.toString(port.port())) || wanted.equals(port.name())) {
                    return chosen(port, "asked for");
                }
            }
            throw new Unexplainable("no http_port " + wanted + "; there are "
                    + ports.stream().map(PortConfig::name).collect(Collectors.joining(", ")));
        }
        EffectiveUri url = question.url();
        if (url != null) {
            for (PortConfig port : ports) {
                Rules.Site site = rules.site(Rules.portKey(port));
                if (site != null && url.equals(Deliberation.locate(question.head(), null, null, site))) {
                    return chosen(port, "the first whose URL this is");
                }
            }
            for (PortConfig port : ports) {
                if (port.port() == url.port()) {
                    return chosen(port, "its number stands in the URL");
                }
            }
        }
        if (ports.isEmpty()) {
            throw new Unexplainable("there is no http_port");
        }
        return chosen(ports.get(0), ports.size() == 1 ? "the only one" : "the first; none is nearer to the URL");
    }

    private Rules.Site chosen(PortConfig port, String why) throws Unexplainable {
        Rules.Site site = rules.site(Rules.portKey(port));
        if (site == null) {
            throw new Unexplainable("http_port " + port.name() + " is not served");
        }
        step("port", Rules.portKey(port), why, port.where().toString());
        return site;
    }

    /** A verdict of an access list, in the words of the line that gave it. */
    private static Step step(String name, AccessVerdict verdict, String empty) {
        String said = verdict.allowed() ? "allow" : "deny";
        if (verdict.rule() == null) {
            return new Step(name, said, verdict.lastAcl() == null ? empty : "no line matches", "");
        }
        String text = verdict.rule().text();
        int blank = text.indexOf(' ');
        boolean located = blank > 0 && text.substring(0, blank).matches(".*:\\d+:?");
        return located
                ? new Step(name, said, text.substring(blank + 1), text.substring(0, blank))
                : new Step(name, said, text, "");
    }

    /** Writes down the verdicts on the way, and the decision. */
    private final class Course implements Trace, Decision.Cases<Outcome>, Reuse.Cases<Outcome> {
        private final RequestFacts facts;
        private final Rules.Site site;
        private final Instant at;
        private @Nullable CacheKey key;
        private Outcome outcome = Outcome.own(0);
        /** Whether an answer of the origin may be stored at all. */
        private boolean mayStore;

        Course(RequestFacts facts, Rules.Site site, Instant at) {
            this.facts = facts;
            this.site = site;
            this.at = at;
        }

        @Override
        public void access(AccessVerdict verdict) {
            steps.add(step("access", verdict, "there is no http_access line"));
        }

        @Override
        public void keyed(CacheKey cacheKey) {
            key = cacheKey;
            step("key", cacheKey.text(), "the URL and the peers that may serve it", "RFC 9111 §2");
        }

        @Override
        public void cacheable(AccessVerdict verdict) {
            steps.add(step("cache", verdict, "there is no cache line"));
        }

        @Override
        public void found(List<StoredHead> heads) {
            List<Map<String, Object>> variants = new ArrayList<>();
            Fields selecting = rules.asOriginSees(facts).selecting();
            heads.forEach(head -> variants.add(ExplainedFreshness.variant(head, selecting)));
            String verdict =
                    heads.isEmpty() ? "nothing" : heads.size() == 1 ? "1 response" : heads.size() + " variants";
            steps.add(new Step("stored", verdict, "", "RFC 9111 §4.1", Map.of("variants", variants)));
        }

        @Override
        public Outcome denied(Decision.Denied decision) {
            return Outcome.own(403);
        }

        @Override
        public Outcome managerPage(Decision.ManagerPage decision) {
            step("manager", "page", "a page of the cache manager", "");
            return Outcome.own(200);
        }

        @Override
        public Outcome purge(Decision.Purge decision) {
            step("purge", "purge", "every variant of the URL is dropped", "");
            return Outcome.own(0);
        }

        @Override
        public Outcome loop(Decision.Loop decision) {
            boolean via = decision.field().equals("Via");
            step("loop", "refused", decision.field() + " names this server", via ? "RFC 9110 §7.6.3" : "RFC 8586");
            return Outcome.own(via ? 403 : 508);
        }

        @Override
        public Outcome lastRecipient(Decision.LastRecipient decision) {
            step("loop", "answered", "Max-Forwards: 0", "RFC 9110 §7.6.2");
            return Outcome.own(0);
        }

        @Override
        public Outcome pass(Decision.Pass decision) {
            mayStore = decision.why() == ForwardReason.METHOD;
            step("reuse", "pass", decision.ground().word(), decision.ground().basis());
            return forward(decision.why());
        }

        @Override
        public Outcome despiteHit(Decision.DespiteHit decision) {
            mayStore = true;
            freshness(decision.stored(), at);
            step("reuse", "fetch", "something stored would answer, and send_hit forbids it", "send_hit");
            return forward(ForwardReason.BYPASS);
        }

        @Override
        public Outcome reused(Decision.Reused decision) {
            mayStore = true;
            return decision.reuse().match(this);
        }

        @Override
        public Outcome serve(Reuse.Serve verdict) {
            reuse("serve", verdict, freshness(verdict.stored(), at));
            return answer(verdict.stored(), verdict.freshness());
        }

        @Override
        public Outcome serveStaleAndValidate(Reuse.ServeStaleAndValidate verdict) {
            reuse("serve, and validate in the background", verdict, freshness(verdict.stored(), at));
            return answer(verdict.stored(), verdict.freshness());
        }

        @Override
        public Outcome validate(Reuse.Validate verdict) {
            freshness(verdict.stored(), at);
            Validation validation = Validation.of(verdict.stored());
            Map<String, Object> conditions = new LinkedHashMap<>();
            if (validation.ifNoneMatch() != null) {
                conditions.put("If-None-Match", validation.ifNoneMatch());
            }
            if (validation.ifModifiedSince() != null) {
                conditions.put("If-Modified-Since", validation.ifModifiedSince());
            }
            reuse("validate", verdict, conditions);
            return forward(verdict.why());
        }

        @Override
        public Outcome reload(Reuse.Reload verdict) {
            freshness(verdict.stored(), at);
            reuse("reload", verdict, Map.of());
            return forward(verdict.why());
        }

        @Override
        public Outcome fetch(Reuse.Fetch verdict) {
            reuse("fetch", verdict, Map.of());
            return forward(verdict.why());
        }

        @Override
        public Outcome gatewayTimeout(Reuse.GatewayTimeout verdict) {
            reuse("504", verdict, Map.of());
            step("answer", "504", "only-if-cached, and the origin would have to be asked", "RFC 9111 §5.2.1.7");
            return Outcome.own(GATEWAY_TIMEOUT);
        }

        private void reuse(String said, Reuse verdict, Map<String, Object> into) {
            ReuseGround ground = verdict.ground();
            steps.add(new Step("reuse", said, ground.word(), ground.basis(), into));
        }

        /** @return nothing more to say of it */
        private Map<String, Object> freshness(StoredHead head, Instant when) {
            steps.addAll(ExplainedFreshness.steps(head, when, rules.freshness()));
            return Map.of();
        }

        /** What the client's conditions and ranges make of a stored response. */
        private Outcome answer(StoredHead head, Freshness freshness) {
            long ttl = freshness.ttlSeconds();
            switch (Preconditions.evaluate(facts.head().fields(), head)) {
                case NOT_MODIFIED -> {
                    step("answer", "304", "the client has it already", "RFC 9110 §13.2.2");
                    return Outcome.hit(ttl, 304);
                }
                case FAILED -> {
                    step("answer", "412", "a precondition does not hold", "RFC 9110 §13.2.2");
                    return Outcome.own(412);
                }
                case PROCEED -> {}
            }
            if (!facts.head().fields().has("Range")) {
                step("answer", Integer.toString(head.status()), "the stored response", "RFC 9111 §4");
                return Outcome.hit(ttl, head.status());
            }
            int status = RangeSelection.of(facts.head(), head).match(new RangeStatus(head.status()));
            step(
                    "answer",
                    Integer.toString(status),
                    "Range: " + facts.head().fields().first("Range"),
                    "RFC 9110 §14.2");
            return Outcome.hit(ttl, status);
        }

        private Outcome forward(ForwardReason why) {
            List<Candidate> candidates = rules.selection().preview(facts);
            Map<String, Object> standings = new LinkedHashMap<>();
            for (PeerSelection.Standing standing : rules.selection().standings(facts)) {
                Step access = step("peer", standing.access(), "no cache_peer_access line");
                boolean up = standing.peer().isUp();
                standings.put(
                        standing.peer().config().name(),
                        access.verdict() + (up ? "" : ", down") + ": " + access.reason()
                                + (access.basis().isEmpty() ? "" : " (" + access.basis() + ")"));
            }
            String order = candidates.stream()
                    .map(candidate -> candidate.peer().config().name())
                    .collect(Collectors.joining(", "));
            String reason = candidates.isEmpty()
                    ? "no peer may serve it now: 503"
                    : candidates.get(0).code() + " first";
            steps.add(new Step("peers", order.isEmpty() ? "none" : order, reason, "cache_peer", standings));
            sentFields();
            return candidates.isEmpty() ? Outcome.own(503) : Outcome.forward(why.token());
        }

        /** What request_header_access and its like make of the client's fields. */
        private void sentFields() {
            HeaderFilter filter = rules.requestFilter();
            if (filter == null) {
                return;
            }
            List<HeaderFilter.Effect> effects =
                    filter.effects(facts.head().fields(), HeaderFilter.Message.request(facts));
            fieldRules("request fields", effects, "request_header_access");
        }

        private void fieldRules(String name, List<HeaderFilter.Effect> effects, String directive) {
            Map<String, Object> into = new LinkedHashMap<>();
            effects.forEach(effect ->
                    into.merge(effect.field(), effect.what() + ": " + effect.line(), (one, more) -> one + "; " + more));
            String verdict = effects.isEmpty()
                    ? "as they are"
                    : effects.size() == 1 ? "1 rule acts" : effects.size() + " rules act";
            steps.add(new Step(name, verdict, "", directive, into));
        }

        // ---- what becomes of an answer

        void judge(GivenAnswer answer) {
            HeaderFilter filter = rules.replyFilter();
            if (filter != null) {
                ResponseHead head = answer.head();
                RequestFacts known = filter.withReply(facts, head.status(), head.reason(), head.fields());
                fieldRules(
                        "answer fields",
                        filter.effects(FieldRule.endToEnd(head.fields()), HeaderFilter.Message.request(known)),
                        "reply_header_access");
            }
            List<Candidate> candidates = rules.selection().preview(facts);
            if (outcome.forward() == null || candidates.isEmpty() || key == null) {
                step("store", "no", "the origin is not asked", "");
                return;
            }
            if (!mayStore) {
                step("store", "no", "the cache directive denies", "cache");
                return;
            }
            StorageVerdict verdict = StoragePolicy.decide(
                    rules.asOriginSees(facts),
                    answer.head(),
                    answer.times(),
                    key,
                    rules.storage(candidates.get(0).peer(), site.reuse(), facts, answer.head()));
            if (verdict instanceof StorageVerdict.DoNotStore not) {
                step("store", "no", not.reason().word(), not.reason().basis());
            } else if (verdict instanceof StorageVerdict.Store store) {
                step("store", "yes", "nothing forbids it, and it can be reused", "RFC 9111 §3");
                freshness(store.head(), now);
                later(store.head(), store.freshness(), answer.times().responseTime());
            }
        }

        /** The same request, at the moments at which something changes. */
        private void later(StoredHead head, Freshness arrived, Instant arrival) {
            later(head, now, "at the time asked about");
            Instant stale = arrival.plusMillis(Math.max(0, arrived.lifetimeMillis() - arrived.ageMillis()));
            if (arrived.isFresh()) {
                later(head, stale.minusMillis(1), "just before its freshness ends");
            }
            later(head, stale, "when its freshness has ended");
            Duration window = head.directives().staleWhileRevalidate();
            if (window != null) {
                later(head, stale.plus(window).plusMillis(1), "when stale-while-revalidate has ended");
            }
        }

        private void later(StoredHead head, Instant when, String moment) {
            Reuse verdict = ReusePolicy.decide(rules.asOriginSees(facts), List.of(head), when, site.reuse());
            ReuseGround ground = verdict.ground();
            Map<String, Object> into = new LinkedHashMap<>();
            into.put("at", when.toString());
            into.put("moment", moment);
            into.put("on_error", ExplainedFreshness.onError(head, when, rules.freshness()));
            steps.add(new Step("later", verdict.match(new Said()), ground.word(), ground.basis(), into));
        }
    }

    /** The status that a selection of ranges leads to. */
    private record RangeStatus(int whole) implements RangeSelection.Cases<Integer> {
        @Override
        public Integer whole(RangeSelection.Whole selection) {
            return whole;
        }

        @Override
        public Integer single(RangeSelection.Single selection) {
            return 206;
        }

        @Override
        public Integer multiple(RangeSelection.Multiple selection) {
            return 206;
        }

        @Override
        public Integer unsatisfiable(RangeSelection.Unsatisfiable selection) {
            return 416;
        }
    }

    /** A verdict as Cache-Status would say it. */
    private record Said() implements Reuse.Cases<String> {
        @Override
        public String serve(Reuse.Serve verdict) {
            return "hit;ttl=" + verdict.freshness().ttlSeconds();
        }

        @Override
        public String serveStaleAndValidate(Reuse.ServeStaleAndValidate verdict) {
            return "hit;ttl=" + verdict.freshness().ttlSeconds();
        }

        @Override
        public String validate(Reuse.Validate verdict) {
            return "fwd=" + verdict.why().token();
        }

        @Override
        public String reload(Reuse.Reload verdict) {
            return "fwd=" + verdict.why().token();
        }

        @Override
        public String fetch(Reuse.Fetch verdict) {
            return "fwd=" + verdict.why().token();
        }

        @Override
        public String gatewayTimeout(Reuse.GatewayTimeout verdict) {
            return "504";
        }
    }
}
