package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.reuse.ReuseRules;
import io.loligo.cache.reuse.Validation;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.origin.Candidate;
import io.loligo.proxy.origin.OriginRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fetch is for: decided before it starts, never changed.
 *
 * @param rules the rules it was decided under
 * @param head the client's request, which the stored answer is selected by
 * @param facts the same request, for access lists that look at the answer too
 * @param key what it is stored under
 * @param request what is sent
 * @param candidates who may answer
 * @param reuseRules the operator's part in what its outcome means
 * @param validate what led to a validation with our validators; null when the fetch is none
 * @param validation the question that is put then; null when the fetch is none
 * @param clientConditional whether the client's own conditions went along: then a 304 is for it
 * @param mayStore whether the answer may go to the store at all
 * @param why why the origin is asked
 * @param replaced what the client's reload is to replace: it goes even where the new answer is not stored; null otherwise
 * @param code what the log calls an answer that nothing stored had to do with
 * @param part the stored part whose rest is asked for; null when the fetch is not for that
 * @param variants the stored variants that the request names by ETag; empty when it names none
 * @param whole whether the client's ranges stayed behind: they are cut from the whole. Squid's range_offset_limit
 */
record FetchPlan(
        Rules rules,
        RequestHead head,
        RequestFacts facts,
        CacheKey key,
        OriginRequest request,
        List<Candidate> candidates,
        ReuseRules reuseRules,
        Reuse.@Nullable Validate validate,
        @Nullable Validation validation,
        boolean clientConditional,
        boolean mayStore,
        ForwardReason why,
        @Nullable StoredHead replaced,
        ResultCode code,
        @Nullable StoredHead part,
        List<StoredHead> variants,
        boolean whole) {}
