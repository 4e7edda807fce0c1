package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.Validation;
import io.loligo.cache.status.ResultCode;
import java.util.List;

/** What a fetch is for, with the values that only this purpose needs. It is decided before the fetch starts. */
sealed interface Purpose {

    /** Nothing stored answers the request. */
    record Miss() implements Purpose {
        static final Miss INSTANCE = new Miss();

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.miss(this);
        }
    }

    /**
     * The origin is asked whether a stored response is still good. RFC 9111 §4.3.
     *
     * @param verdict what led to the validation; it names the stored response
     * @param validation the conditions that are sent
     */
    record Validate(Reuse.Validate verdict, Validation validation) implements Purpose {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.validate(this);
        }
    }

    /**
     * The client reloads: the answer replaces the stored response, which is removed even where the answer is not stored.
     *
     * @param replaced the stored response
     * @param code what the log calls the answer
     */
    record Reload(StoredHead replaced, ResultCode code) implements Purpose {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reload(this);
        }
    }

    /**
     * The rest of a response is asked for, of which a part is stored, on the condition that the part is still good. RFC 9110
     * §13.1.5.
     */
    record RestOfPart(StoredHead part) implements Purpose {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.restOfPart(this);
        }
    }

    /**
     * The origin may name one of the stored variants by its ETag, instead of sending another. RFC 9111 §4.3.2.
     *
     * @param variants those that the request names; not empty
     */
    record AnyVariant(List<StoredHead> variants) implements Purpose {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.anyVariant(this);
        }
    }

    /**
     * The request goes to the origin past the cache.
     *
     * @param mayStore whether the answer may serve later requests nevertheless: one to POST may. RFC 9110 §9.3.3
     */
    record Pass(boolean mayStore) implements Purpose {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.pass(this);
        }
    }

    /** One method per purpose: a new purpose does not compile until the fetch knows what its answer means. */
    interface Cases<R> {
        R miss(Miss purpose);

        R validate(Validate purpose);

        R reload(Reload purpose);

        R restOfPart(RestOfPart purpose);

        R anyVariant(AnyVariant purpose);

        R pass(Pass purpose);
    }

    <R> R match(Cases<R> cases);
}
