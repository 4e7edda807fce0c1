package io.loligo.cache.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of caches. RFC 9111 §5.2.1, and {@code Pragma} of §5.4. Unknown directives change nothing.
 *
 * @param noCache no stored response without validation; also {@code Pragma: no-cache} without any Cache-Control
 * @param noStore nothing of this exchange may be stored
 * @param onlyIfCached a stored response or 504
 * @param maxAge the highest age that the client takes, or null
 * @param minFresh how long the response must stay fresh, or null
 * @param maxStale how stale it may be, or null when not at all; {@link DeltaSeconds#LARGEST} for any staleness
 */
public record RequestDirectives(
        boolean noCache,
        boolean noStore,
        boolean onlyIfCached,
        @Nullable Duration maxAge,
        @Nullable Duration minFresh,
        @Nullable Duration maxStale) {
    /** No directive that means anything. */
    public static final RequestDirectives NONE = new RequestDirectives(false, false, false, null, null, null);

    /** Reads the directives of a request with these fields; allocates nothing when it has neither field. */
    public static RequestDirectives of(Fields request) {
        if (request.has(CacheControl.NAME)) {
            Collector collector = new Collector();
            CacheControl.read(request, CacheControl.NAME, collector);
            return collector.directives();
        }
        if (request.has("Pragma")) {
            Collector collector = new Collector();
            CacheControl.read(
                    request,
                    "Pragma",
                    (name, argument) -> collector.noCache |= argument == null && name.equals("no-cache"));
            return collector.directives();
        }
        return NONE;
    }

    private static final class Collector implements CacheControl.Reader {
        private boolean noCache;
        private boolean noStore;
        private boolean onlyIfCached;
        private @Nullable Duration maxAge;
        private @Nullable Duration minFresh;
        private @Nullable Duration maxStale;

        @Override
        public void directive(String name, @Nullable String argument) {
            switch (name) {
                case "no-cache" -> noCache = true;
                case "no-store" -> noStore = true;
                case "only-if-cached" -> onlyIfCached = true;
                case "max-age" -> maxAge = CacheControl.shorter(maxAge, argument);
                case "min-fresh" -> minFresh = longer(minFresh, argument);
                case "max-stale" ->
                    maxStale = argument == null && maxStale == null
                            ? DeltaSeconds.LARGEST
                            : argument == null ? maxStale : CacheControl.shorter(maxStale, argument);
                default -> {
                    // RFC 9111 §5.2.3: unrecognised directives are ignored.
                }
            }
        }

        /** The more demanding of two: an argument that is no number demands nothing. */
        private static @Nullable Duration longer(@Nullable Duration known, @Nullable String argument) {
            Duration said =
                    argument == null ? null : DeltaSeconds.parse(argument).orElse(null);
            return said == null || (known != null && known.compareTo(said) >= 0) ? known : said;
        }

        RequestDirectives directives() {
            if (!noCache && !noStore && !onlyIfCached && maxAge == null && minFresh == null && maxStale == null) {
                return NONE;
            }
            return new RequestDirectives(noCache, noStore, onlyIfCached, maxAge, minFresh, maxStale);
        }
    }
}
