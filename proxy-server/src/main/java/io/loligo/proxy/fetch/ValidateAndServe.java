package io.loligo.proxy.fetch;

import io.loligo.cache.http.Fields;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.Validation;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.origin.OriginRequest;
import java.util.List;

/** Step 7b: ask the origin whether a stored response still holds, with our validators. Used on I/O threads. */
public final class ValidateAndServe {
    private static final System.Logger LOG = System.getLogger(ValidateAndServe.class.getName());

    private final OriginTrips trips;

    public ValidateAndServe(OriginTrips trips) {
        this.trips = trips;
    }

    /** Validates, then answers: requests for the same key share one validation. */
    public void validate(Exchange x, Reuse.Validate verdict) {
        boolean shared = x.head().isMethod("GET")
                && verdict.stored().isComplete()
                && verdict.why() == ForwardReason.STALE
                && x.rules().mayCollapse(x.facts())
                && !x.head().fields().has("Authorization");
        if (shared) {
            trips.startOrJoin(x.key(), () -> plan(x, verdict), x, x.thread());
        } else {
            trips.start(plan(x, verdict), x);
        }
    }

    /** Validates while {@code x} has its answer already: nobody waits. RFC 5861 §3. */
    public void inBackground(Exchange x, Reuse.Validate verdict) {
        try {
            trips.startOrJoin(x.key(), () -> plan(x, verdict), null, x.thread());
        } catch (RuntimeException e) {
            // The client has its answer; only the validation is lost.
            LOG.log(System.Logger.Level.ERROR, "a validation in the background failed inside the server", e);
        }
    }

    private static FetchPlan plan(Exchange x, Reuse.Validate verdict) {
        Validation validation = Validation.of(verdict.stored());
        Fields fields = x.rules()
                .requestFields()
                .toOrigin(x.head(), x.uri(), x.clientAddress().getAddress(), true);
        return new FetchPlan(
                x.rules(),
                x.head(),
                x.facts(),
                x.key(),
                new OriginRequest(
                        x.head().method(),
                        x.head().target(),
                        verdict.stored().isComplete()
                                ? validation.requestFields(fields)
                                : validation.requestFieldsWithRange(fields),
                        null,
                        x.uri().scheme().equals("https")),
                x.rules().selection().select(x.facts()),
                x.site().reuse(),
                verdict,
                validation,
                false,
                x.head().isMethod("GET"),
                verdict.why(),
                null,
                ResultCode.TCP_MISS,
                null,
                List.of(),
                false);
    }
}
