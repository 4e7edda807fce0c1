package io.loligo.cache.storing;

import io.loligo.cache.freshness.Freshness;
import io.loligo.cache.freshness.StoredHead;

/** Whether a response is stored. RFC 9111 §3. */
public sealed interface StorageVerdict {

    /**
     * Store it.
     *
     * @param head what to store; without id and body length, which the store knows in the end
     * @param freshness at the moment it arrived
     */
    record Store(StoredHead head, Freshness freshness) implements StorageVerdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.store(this);
        }
    }

    /**
     * Do not store it. Whether a stored response has to go is not said here: a validation's outcome says it, and {@code
     * Invalidation}.
     */
    record DoNotStore(Reason reason) implements StorageVerdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.doNotStore(this);
        }
    }

    /** Why not; {@code Cache-Status}'s detail, the log and {@code explain} print it. */
    enum Reason {
        METHOD("method", "RFC 9111 §3: only answers to GET, and POST with its own Content-Location"),
        REQUEST_BODY("request-body", "a body is not in the key"),
        REQUEST_NO_STORE("request-no-store", "RFC 9111 §5.2.1.5"),
        INTERIM("interim", "RFC 9111 §3: not a final status"),
        PARTIAL("partial", "RFC 9111 §3.3: no single range of a known length, or no strong validator"),
        NOT_MODIFIED("not-modified", "RFC 9111 §3: a 304 without what it is about"),
        PROVOKED("provoked", "an error due to this request's own fields, which are not in the key"),
        NO_STORE("no-store", "RFC 9111 §5.2.2.5"),
        MUST_UNDERSTAND("must-understand", "RFC 9111 §5.2.2.3: an unknown status"),
        PRIVATE("private", "RFC 9111 §5.2.2.7"),
        AUTHORIZATION("authorization", "RFC 9111 §3.5"),
        VARY_STAR("vary-star", "RFC 9111 §4.1: no request would match"),
        SET_COOKIE("set-cookie", "Set-Cookie without a lifetime from the origin"),
        COOKIE("cookie", "Vary names Cookie, and no lifetime from the origin"),
        STREAM("stream", "an answer that has no end"),
        STATUS("status", "RFC 9111 §3: not heuristically cacheable, and no lifetime"),
        NOTHING_TO_REUSE("nothing-to-reuse", "RFC 9111 §4: neither lifetime nor validator"),
        TOO_SMALL("too-small", "minimum_object_size"),
        TOO_LARGE("too-large", "maximum_object_size"),
        MINIMUM_EXPIRY("minimum-expiry", "minimum_expiry_time"),
        STORE_MISS("store-miss", "store_miss"),
        PROXY_ONLY("proxy-only", "cache_peer proxy-only");

        private final String word;
        private final String basis;

        Reason(String word, String basis) {
            this.word = word;
            this.basis = basis;
        }

        /** A token, as {@code Cache-Status} wants it. */
        public String word() {
            return word;
        }

        /** The RFC section or configuration line that it rests on. */
        public String basis() {
            return basis;
        }
    }

    /** One method per verdict. */
    interface Cases<R> {
        R store(Store verdict);

        R doNotStore(DoNotStore verdict);
    }

    <R> R match(Cases<R> cases);
}
