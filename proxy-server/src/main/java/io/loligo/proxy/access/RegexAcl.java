package io.loligo.proxy.access;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A text of the request matches one of the patterns: url_regex, urlpath_regex, dstdom_regex, browser, referer_regex,
 * req_header, req_mime_type. What is absent matches nothing.
 */
record RegexAcl(String name, Function<RequestFacts, @Nullable String> subject, List<PosixRegex> patterns)
        implements Acl {

    static @Nullable String host(RequestFacts facts) {
        return facts.uri().host();
    }

    static @Nullable String url(RequestFacts facts) {
        return PercentDecoding.decode(facts.uri().toString());
    }

    /** The path with the query, as Squid has it. */
    static @Nullable String urlPath(RequestFacts facts) {
        return PercentDecoding.decode(facts.uri().pathAndQuery());
    }

    static Function<RequestFacts, @Nullable String> field(String field) {
        return facts -> {
            List<String> values = facts.head().fields().all(field);
            return values.isEmpty() ? null : String.join(", ", values);
        };
    }

    @Override
    public boolean matches(RequestFacts facts) {
        String text = subject.apply(facts);
        if (text == null) {
            return false;
        }
        for (PosixRegex pattern : patterns) {
            if (pattern.find(text)) {
                return true;
            }
        }
        return false;
    }
}
