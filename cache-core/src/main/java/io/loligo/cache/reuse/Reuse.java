package io.loligo.cache.reuse;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.status.ForwardReason;
import java.util.List;

/** What to do with a request once the cache has been consulted. RFC 9111 §4. */
public sealed interface Reuse {

    /** The rule that decided. The log, {@code Cache-Status} and an explanation all take it from here. */
    ReuseGround ground();

    /**
     * Answer from the store. The client's preconditions and ranges are still to be looked at.
     *
     * @param freshness stale where the client accepts a stale response (max-stale)
     */
    record Serve(StoredHead stored, Freshness freshness, ReuseGround ground) implements Reuse {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.serve(this);
        }
    }

    /** Answer from the store at once, and validate in the background: stale-while-revalidate. RFC 5861 §3. */
    record ServeStaleAndValidate(StoredHead stored, Freshness freshness) implements Reuse {
        @Override
        public ReuseGround ground() {
            return ReuseGround.STALE_WHILE_REVALIDATE;
        }

        /** The validation that runs in the background after the answer. */
        public Validate validate() {
            return new Validate(stored, freshness, ReuseGround.STALE);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.serveStaleAndValidate(this);
        }
    }

    /**
     * Ask the origin, with {@link Validation} where the stored response has a validator; {@link ValidationOutcome} says
     * what its answer means.
     */
    record Validate(StoredHead stored, Freshness freshness, ReuseGround ground) implements Reuse {
        /** {@link ForwardReason#STALE}, or {@link ForwardReason#REQUEST} when the client asked for it. */
        public ForwardReason why() {
            return ground.forwardReason();
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.validate(this);
        }
    }

    /**
     * Ask the origin for a whole new response, which takes the place of the stored one: the client reloads. RFC 9111
     * §5.2.1.4 would be content with a validation; that is what reload-into-ims makes of it.
     */
    record Reload(StoredHead stored, Freshness freshness, ReuseGround ground) implements Reuse {
        /** Why the origin is asked. */
        public ForwardReason why() {
            return ForwardReason.REQUEST;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reload(this);
        }
    }

    /**
     * Ask the origin: nothing stored answers the request by itself.
     *
     * @param why what {@code Cache-Status} says
     * @param candidates what the origin's answer may make of use: the variants chosen by other requests, as far as the client
     *     can read them ({@link ForwardReason#VARY_MISS}), or the incomplete response that lacks what is asked for ({@link
     *     ForwardReason#PARTIAL})
     */
    record Fetch(ForwardReason why, List<StoredHead> candidates, ReuseGround ground) implements Reuse {
        /** Nothing is stored under the key, or what was is gone since it was looked up. */
        public static final Fetch URI_MISS = new Fetch(ReuseGround.URI_MISS);

        static final Fetch CREDENTIALS = new Fetch(ReuseGround.CREDENTIALS);
        static final Fetch METHOD = new Fetch(ReuseGround.METHOD);
        static final Fetch BODY = new Fetch(ReuseGround.BODY);

        private Fetch(ReuseGround ground) {
            this(ground.forwardReason(), List.of(), ground);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.fetch(this);
        }
    }

    /**
     * Answer 504: only-if-cached, and nothing stored will do. RFC 9111 §5.2.1.7.
     *
     * @param why what the origin would have been asked for
     * @param ground why the origin would have been asked
     */
    record GatewayTimeout(ForwardReason why, ReuseGround ground) implements Reuse {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.gatewayTimeout(this);
        }
    }

    /** One method per verdict: a new verdict does not compile until every caller answers it. */
    interface Cases<R> {
        R serve(Serve verdict);

        R serveStaleAndValidate(ServeStaleAndValidate verdict);

        R validate(Validate verdict);

        R reload(Reload verdict);

        R fetch(Fetch verdict);

        R gatewayTimeout(GatewayTimeout verdict);
    }

    <R> R match(Cases<R> cases);
}
