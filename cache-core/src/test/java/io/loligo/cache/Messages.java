package io.loligo.cache;

import io.loligo.cache.freshness.RefreshRule;
import io.loligo.cache.freshness.RefreshRules;
import io.loligo.cache.freshness.ResponseTimes;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.SelectingFields;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Messages as the tables of the tests write them: field lines between {@code ¦}; dates are seconds from the moment at
 * which everything starts.
 */
public final class Messages {
    /** Second 0 of every table. */
    public static final Instant START = Instant.parse("2026-11-21T00:00:00Z");

    public static final EffectiveUri URI = new EffectiveUri("http", "a.example", 80, "/p");
    public static final CacheKey KEY = new CacheKey(URI, "one");

    private static final Set<String> DATES =
            Set.of("Date", "Expires", "Last-Modified", "If-Modified-Since", "If-Unmodified-Since", "If-Range");
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");

    private Messages() {}

    public static Instant at(long second) {
        return START.plusSeconds(second);
    }

    /** Asked for and received at {@code second}. */
    public static ResponseTimes received(long second) {
        return new ResponseTimes(at(second), at(second));
    }

    public static Fields fields(String lines) {
        List<String> fields = new ArrayList<>();
        for (String line : lines.split("¦", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String name = line.substring(0, colon).strip();
                String value = line.substring(colon + 1).strip();
                boolean date = DATES.contains(name) && INTEGER.matcher(value).matches();
                fields.add(name);
                fields.add(date ? HttpDate.format(at(Long.parseLong(value))) : value);
            }
        }
        return Fields.of(fields.toArray(String[]::new));
    }

    public static RequestHead get(String lines) {
        return request("GET", lines);
    }

    public static RequestHead request(String method, String lines) {
        return new RequestHead(method, "/p", HttpVersion.HTTP_1_1, fields(lines));
    }

    public static ResponseHead response(int status, String lines) {
        return new ResponseHead(status, "", fields(lines));
    }

    /** Stored at second 0, 1,000 bytes long, as an answer to a request without selecting fields. */
    public static StoredHead stored(int status, String lines) {
        Fields fields = fields(lines);
        return new StoredHead(7, KEY, SelectingFields.of(fields, Fields.EMPTY), status, "", fields, received(0), 1_000);
    }

    /** One refresh_pattern line for every URL: {@code MIN PERCENT% MAX options}, in seconds; none for an empty text. */
    public static RefreshRules refreshPattern(String line) {
        if (line.isEmpty()) {
            return RefreshRules.NONE;
        }
        String[] words = line.split(" +", -1);
        Set<RefreshRule.Option> options = EnumSet.noneOf(RefreshRule.Option.class);
        Duration maxStale = null;
        for (int i = 3; i < words.length; i++) {
            if (words[i].startsWith("max-stale=")) {
                maxStale = seconds(words[i].substring("max-stale=".length()));
                continue;
            }
            for (RefreshRule.Option option : RefreshRule.Option.values()) {
                if (option.word().equals(words[i])) {
                    options.add(option);
                }
            }
        }
        int percent = Integer.parseInt(words[1].replace("%", ""));
        return new RefreshRules(List.of(new RefreshRule(
                ".", url -> true, null, seconds(words[0]), percent, seconds(words[2]), maxStale, options, "test")));
    }

    private static Duration seconds(String text) {
        return Duration.ofSeconds(Long.parseLong(text));
    }
}
