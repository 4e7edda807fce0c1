package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReuseGround;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.access.AccessList.AccessVerdict;

/** What is to be done with a request: the outcome of {@link Deliberation}. Immutable. */
public sealed interface Decision {

    /**
     * http_access forbids it: 403.
     *
     * @param by the verdict and the rule that gave it
     */
    record Denied(AccessVerdict by) implements Decision {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.denied(this);
        }
    }

    /** It asks for a page of Squid's cache manager. */
    record ManagerPage() implements Decision {
        static final ManagerPage INSTANCE = new ManagerPage();

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.managerPage(this);
        }
    }

    /** Squid's PURGE method. */
    record Purge() implements Decision {
        static final Purge INSTANCE = new Purge();

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.purge(this);
        }
    }

    /**
     * This server has forwarded the request before. RFC 9110 §7.6.3, RFC 8586 §2.
     *
     * @param field the field that names this server: Via or CDN-Loop
     */
    record Loop(String field) implements Decision {
        static final Loop VIA = new Loop("Via");
        static final Loop CDN_LOOP = new Loop("CDN-Loop");

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.loop(this);
        }
    }

    /** Max-Forwards is zero: this server is the last recipient. RFC 9110 §7.6.2. */
    record LastRecipient() implements Decision {
        static final LastRecipient INSTANCE = new LastRecipient();

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.lastRecipient(this);
        }
    }

    /** The origin answers, past the cache: an unsafe method, a body, {@code cache deny}, or no room to store anything. */
    record Pass(CacheKey key, ForwardReason why, ReuseGround ground) implements Decision {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.pass(this);
        }
    }

    /**
     * A stored response would answer, but send_hit forbids that: the origin answers.
     *
     * @param stored the response that would have answered
     */
    record DespiteHit(CacheKey key, StoredHead stored) implements Decision {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.despiteHit(this);
        }
    }

    /** The cache was consulted. */
    record Reused(CacheKey key, Reuse reuse) implements Decision {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reused(this);
        }
    }

    /** One method per decision: a new decision does not compile until every caller acts on it. */
    interface Cases<R> {
        R denied(Denied decision);

        R managerPage(ManagerPage decision);

        R purge(Purge decision);

        R loop(Loop decision);

        R lastRecipient(LastRecipient decision);

        R pass(Pass decision);

        R despiteHit(DespiteHit decision);

        R reused(Reused decision);
    }

    <R> R match(Cases<R> cases);
}
