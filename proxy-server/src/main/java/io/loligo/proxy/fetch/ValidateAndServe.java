package io.loligo.proxy.fetch;

import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.status.ForwardReason;
import io.loligo.proxy.exchange.Exchange;

/** Step 7b: ask the origin whether a stored response still holds, with our validators. Used on I/O threads. */
public final class ValidateAndServe {
    private static final System.Logger LOG = System.getLogger(ValidateAndServe.class.getName());

    private final OriginTrips trips;

    public ValidateAndServe(OriginTrips trips) {
        this.trips = trips;
    }

    /** Validates, then answers: requests for the same key share one validation, unless the last answer was for one of them only. */
    public void validate(Exchange x, Reuse.Validate verdict) {
        boolean shared = x.head().isMethod("GET")
                && verdict.stored().isComplete()
                && verdict.why() == ForwardReason.STALE
                && x.rules().mayCollapse(x.facts())
                && !x.head().fields().has("Authorization")
                && trips.mayShare(x.key());
        if (shared) {
            trips.startOrJoin(x.key(), () -> FetchPlan.validation(x, verdict), x);
        } else {
            trips.start(FetchPlan.validation(x, verdict), x);
        }
    }

    /** Validates while {@code x} has its answer already: nobody waits. RFC 5861 §3. */
    public void inBackground(Exchange x, Reuse.Validate verdict) {
        try {
            trips.startInBackground(x.key(), () -> FetchPlan.validation(x, verdict), x.thread());
        } catch (RuntimeException e) {
            // The client has its answer; only the validation is lost.
            LOG.log(System.Logger.Level.ERROR, "a validation in the background failed inside the server", e);
        }
    }
}
