package io.loligo.proxy.access;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A text of the request matches one of the patterns: url_regex, urlpath_regex, dstdom_regex, browser, referer_regex,
 * req_header, req_mime_type. What is absent matches nothing.
 */
final class RegexAcl implements Acl {
    private final String name;
    private final Function<RequestFacts, @Nullable String> subject;
    private final List<PosixRegex> patterns;
    private final RememberedAnswers found;

    /** @param subject the text; null where the request has none */
    RegexAcl(String name, Function<RequestFacts, @Nullable String> subject, List<PosixRegex> patterns) {
        this.name = name;
        this.subject = subject;
        this.patterns = patterns;
        this.found = new RememberedAnswers(this::isFound);
    }

    @Override
    public String name() {
        return name;
    }

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
        return text != null && found.about(text);
    }

    @Override
    public boolean isAboutManager() {
        return patterns.stream().anyMatch(pattern -> pattern.source().contains("squid-internal-mgr"));
    }

    private boolean isFound(String text) {
        for (PosixRegex pattern : patterns) {
            if (pattern.find(text)) {
                return true;
            }
        }
        return false;
    }
}
