package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.reuse.ValidationOutcome;
import io.loligo.cache.status.ResultCode;
import io.loligo.cache.store.ResponseStore;
import io.loligo.proxy.origin.OriginAnswer;
import io.loligo.proxy.origin.OriginBody;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Does what each outcome of a validation asks for, with the fetch that asked. Used on its I/O thread, once. */
final class ValidationSteps implements ValidationOutcome.Cases<Void> {
    /** Room for what must not come. */
    private static final ThreadLocal<ByteBuffer> ONE_BYTE = ThreadLocal.withInitial(() -> ByteBuffer.allocate(1));

    private final Fetch fetch;
    private final ResponseStore store;
    private final OriginAnswer answer;
    private final OriginBody body;
    private final StoredHead stored;

    /** @param stored the stored response that was validated */
    ValidationSteps(Fetch fetch, ResponseStore store, OriginAnswer answer, OriginBody body, StoredHead stored) {
        this.fetch = fetch;
        this.store = store;
        this.answer = answer;
        this.body = body;
        this.stored = stored;
    }

    @Override
    public Void notModified(ValidationOutcome.NotModified outcome) {
        finish();
        StoredHead kept = outcome.upkeep() == ValidationOutcome.Upkeep.FRESHEN
                ? store.freshen(stored, outcome.freshened(), fetch.begun())
                : null;
        fetch.serveAll(kept == null ? stored : kept, ResultCode.TCP_REFRESH_UNMODIFIED, answer);
        if (outcome.upkeep() == ValidationOutcome.Upkeep.REMOVE) {
            store.remove(stored);
        }
        return null;
    }

    @Override
    public Void replace(ValidationOutcome.Replace outcome) {
        fetch.deliver(answer, body, ResultCode.TCP_REFRESH_MODIFIED);
        return null;
    }

    @Override
    public Void headAnswered(ValidationOutcome.HeadAnswered outcome) {
        if (outcome.freshened() == null) {
            store.remove(stored);
        } else {
            store.freshen(stored, outcome.freshened(), fetch.begun());
        }
        fetch.deliver(answer, body, ResultCode.TCP_MISS);
        return null;
    }

    @Override
    public Void serveStale(ValidationOutcome.ServeStale outcome) {
        body.abort();
        fetch.serveAll(outcome.stored(), ResultCode.TCP_REFRESH_FAIL_OLD, answer);
        return null;
    }

    @Override
    public Void passOn(ValidationOutcome.PassOn outcome) {
        fetch.deliver(answer, body, ResultCode.TCP_REFRESH_FAIL_ERR);
        return null;
    }

    @Override
    public Void gatewayError(ValidationOutcome.GatewayError outcome) {
        fetch.originError(answer, body);
        return null;
    }

    @Override
    public Void askAgain(ValidationOutcome.AskAgain outcome) {
        finish();
        store.remove(stored);
        fetch.goAlone();
        return null;
    }

    @Override
    public Void originError(ValidationOutcome.OriginError outcome) {
        fetch.originError(answer, body);
        return null;
    }

    /** A 304 has no body; reading its end gives the connection back. */
    private void finish() {
        try {
            if (body.read(ONE_BYTE.get().clear()) >= 0) {
                body.abort();
            }
        } catch (IOException e) {
            // Its connection is closed by then, and the head is all that was wanted of it.
            body.abort();
        }
    }
}
