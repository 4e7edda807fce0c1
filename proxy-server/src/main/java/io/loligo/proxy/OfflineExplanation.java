package io.loligo.proxy;

import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.config.Loaded;
import io.loligo.proxy.config.Problem;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.explain.ExplainRequest;
import io.loligo.proxy.explain.ExplainRequest.Unexplainable;
import io.loligo.proxy.explain.ExplainTime;
import io.loligo.proxy.explain.Explainer;
import io.loligo.proxy.explain.Explanation;
import io.loligo.proxy.origin.Peer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Explains, without a running server, what a server with a given configuration would do with a request and with the origin's
 * answer to it.
 *
 * @param request a file with the request's head
 * @param response a file with the answer's head
 * @param at when the same request comes again; relative to the answer's arrival, which is the default
 * @param requestTime when the origin was asked; by default when it answered
 * @param responseTime when the answer came; by default now
 * @param port number or name of the http_port; null for the one that fits
 * @param client the client's address; null for this machine's
 */
public record OfflineExplanation(
        Path request,
        Path response,
        @Nullable String at,
        @Nullable String requestTime,
        @Nullable String responseTime,
        @Nullable String port,
        @Nullable String client) {

    /**
     * Explains the exchange as a server with the configuration in {@code file} would handle it.
     *
     * @throws StartFailure when the configuration has errors
     * @throws Unexplainable when a file or a value cannot be read; the message says where and what was expected
     */
    public Explanation under(Path file) throws StartFailure, Unexplainable {
        Loaded loaded = ConfigurationLoader.load(file, LoadOptions.DEFAULT);
        Configuration configuration = loaded.configuration();
        if (configuration == null) {
            throw new StartFailure(loaded.problems().stream()
                    .filter(Problem::isError)
                    .map(Problem::toString)
                    .toList());
        }
        Rules rules = Rules.of(
                configuration, configuration.peers().stream().map(Peer::new).toList(), Version.NUMBER);
        Instant received = ExplainTime.parse(responseTime, Instant.now());
        Instant asked = ExplainTime.parse(requestTime, received);
        if (asked.isAfter(received)) {
            throw new Unexplainable("the request time is after the response time");
        }
        RequestHead asRead = MessageFile.request(request);
        ResponseHead answer = MessageFile.response(response);
        return Explainer.exchange(
                question(asRead),
                rules,
                new Explainer.GivenAnswer(answer, new ResponseTimes(asked, received)),
                ExplainTime.parse(at, received));
    }

    private ExplainRequest question(RequestHead head) throws Unexplainable {
        InetAddress from = address(client);
        if (head.target().contains("://") && !head.target().startsWith("/")) {
            return ExplainRequest.of(head.method(), head.target(), head.fields(), port, from);
        }
        return new ExplainRequest(head, null, port, from);
    }

    /** Parses an IPv4 or IPv6 address; null is the loopback address. Host names are refused, never looked up. */
    static InetAddress address(@Nullable String text) throws Unexplainable {
        if (text == null) {
            return InetAddress.getLoopbackAddress();
        }
        boolean literal = text.matches("[0-9.]+") || text.indexOf(':') >= 0;
        try {
            if (literal) {
                return InetAddress.getByName(text);
            }
        } catch (UnknownHostException e) {
            throw new Unexplainable("not an address: " + text);
        }
        throw new Unexplainable("expected an IPv4 or IPv6 address, not '" + text + "'");
    }
}
