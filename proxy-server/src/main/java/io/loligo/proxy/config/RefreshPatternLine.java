package io.loligo.proxy.config;

import io.loligo.cache.freshness.RefreshRule;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.proxy.access.PosixRegex;
import io.loligo.proxy.access.PosixRegex.Untranslatable;
import io.loligo.proxy.config.Problem.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one refresh_pattern line: {@code [-i] REGEX MIN PERCENT% MAX [options]}, MIN and MAX in minutes. Beside Squid's
 * options there is {@code content-type=TYPE}.
 */
final class RefreshPatternLine {
    /** Squid crops MIN and MAX to a year. */
    private static final Duration AGE_MAX = Duration.ofDays(365);

    /** Loligo's own: the line is for responses of this type only. */
    private static final String CONTENT_TYPE = "content-type=";

    private final Directive line;
    private final Problems problems;

    private RefreshPatternLine(Directive line, Problems problems) {
        this.line = line;
        this.problems = problems;
    }

    static Optional<RefreshRule> parse(Directive line, Problems problems) {
        return new RefreshPatternLine(line, problems).parse();
    }

    private Optional<RefreshRule> parse() {
        List<String> words = line.texts();
        boolean ignoreCase = false;
        int at = 0;
        while (at < words.size() && (words.get(at).equals("-i") || words.get(at).equals("+i"))) {
            ignoreCase = words.get(at++).equals("-i");
        }
        if (words.size() - at < 4) {
            problems.value(line.where(), "refresh_pattern needs [-i] REGEX MIN PERCENT% MAX");
            return Optional.empty();
        }
        String source = words.get(at);
        Optional<Duration> min = minutes(words.get(at + 1));
        Optional<Integer> percent = percent(words.get(at + 2));
        Optional<Duration> max = minutes(words.get(at + 3));
        Set<Option> options = EnumSet.noneOf(Option.class);
        Duration maxStale = null;
        String mediaType = null;
        for (String word : words.subList(at + 4, words.size())) {
            Optional<Option> option = Arrays.stream(Option.values())
                    .filter(o -> o.word().equals(word))
                    .findFirst();
            if (option.isPresent()) {
                options.add(option.get());
            } else if (word.startsWith("max-stale=")) {
                maxStale = maxStale(word);
            } else if (word.startsWith(CONTENT_TYPE)) {
                mediaType = mediaType(word.substring(CONTENT_TYPE.length()));
                if (mediaType == null) {
                    return Optional.empty();
                }
            } else {
                otherOption(word);
            }
        }
        Optional<PosixRegex> regex = regex(source, ignoreCase);
        if (regex.isEmpty() || min.isEmpty() || percent.isEmpty() || max.isEmpty()) {
            return Optional.empty();
        }
        if (max.get().compareTo(min.get()) < 0) {
            problems.warning(
                    Kind.DOUBTFUL, line.where(), "MAX is less than MIN, so what is older than MAX is stale at once");
        }
        return Optional.of(new RefreshRule(
                regex.get().toString(),
                regex.get()::find,
                mediaType,
                min.get(),
                percent.get(),
                max.get(),
                maxStale,
                Set.copyOf(options),
                line.where().toString()));
    }

    private Optional<PosixRegex> regex(String source, boolean ignoreCase) {
        try {
            return Optional.of(PosixRegex.compile(source, ignoreCase));
        } catch (Untranslatable e) {
            problems.value(line.where(), "cannot use the pattern " + source + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Duration> minutes(String word) {
        Optional<Long> number = Values.integer(word);
        if (number.isEmpty()) {
            problems.value(line.where(), "not a number of minutes: " + word);
            return Optional.empty();
        }
        if (number.get() > AGE_MAX.toMinutes()) {
            problems.notice(Kind.DOUBTFUL, line.where(), word + " minutes is cut to a year");
            return Optional.of(AGE_MAX);
        }
        return Optional.of(Duration.ofMinutes(Math.max(0, number.get())));
    }

    private Optional<Integer> percent(String word) {
        String digits = word.endsWith("%") ? word.substring(0, word.length() - 1) : word;
        Optional<Integer> percent = Values.integer(digits)
                .filter(n -> 0 <= n && n <= Integer.MAX_VALUE)
                .map(Long::intValue);
        if (percent.isEmpty()) {
            problems.value(line.where(), "not a percentage: " + word);
        }
        return percent;
    }

    private @Nullable String mediaType(String written) {
        if (!written.matches("[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]*")) {
            problems.value(
                    line.where(), CONTENT_TYPE + " needs a media type or the beginning of one: image/ or text/css");
            return null;
        }
        return written.toLowerCase(Locale.ROOT);
    }

    private @Nullable Duration maxStale(String word) {
        Optional<Long> seconds = Values.integer(word.substring("max-stale=".length()))
                .filter(n -> 0 <= n && n <= Duration.ofDays(36_500).toSeconds());
        if (seconds.isEmpty()) {
            problems.value(line.where(), "max-stale= needs a number of seconds");
        }
        return seconds.map(Duration::ofSeconds).orElse(null);
    }

    private void otherOption(String word) {
        switch (word) {
            case "ignore-no-cache", "ignore-must-revalidate", "ignore-auth" ->
                problems.warning(
                        Kind.IGNORED,
                        line.where(),
                        "refresh_pattern option " + word + " is obsolete and has no effect");
            default ->
                problems.warning(
                        Kind.UNKNOWN, line.where(), "refresh_pattern has no option " + word + "; it has no effect");
        }
    }
}
