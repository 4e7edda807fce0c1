package io.loligo.cache.freshness;

import static io.loligo.cache.Messages.KEY;
import static io.loligo.cache.Messages.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.key.SelectingFields;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * RFC 9111 §4.2 a second time, as the RFC's text has it and without anything of ours; both must agree on
 * every input. Field lines are drawn together with what they mean, so that the model needs no parser; many are malformed,
 * doubled or absent.
 */
class FreshnessModelTest {
    private static final int INPUTS = 1_000_000;
    private static final long SEED = 9111;

    /** §1.2.2: what stands for anything that is larger. */
    private static final long LARGEST = 2_147_483_648L;

    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter RFC_850 = DateTimeFormatter.ofPattern(
                    "EEEE, dd-MMM-yy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC);

    private static final String[] NO_NUMBERS = {"", "x", "-1", "+5", "1.5", "5 5", "5s", "\"5", "0x5"};
    private static final String[] NO_DATES = {
        "0", "-1", "", "soon", "Sat, 32 Nov 2026 00:00:00 GMT", "Sat, 21 Nov 2026 00:00:00", "2026-11-21T00:00:00Z"
    };
    private static final int[] STATUSES = {200, 200, 200, 203, 301, 302, 404, 410, 500, 503, 599};

    /**
     * What a response says and when it is asked for, in seconds.
     *
     * @param status the status code
     * @param dateValue Date; null where there is none that can be read
     * @param ageValue Age; null where there is none that can be read
     * @param expires null where there is no Expires; {@link Long#MIN_VALUE} where there is an invalid one
     * @param maxAge null where there is no max-age; 0 where there is an invalid one
     * @param sMaxage as for max-age
     * @param isPublic whether there is a public
     * @param lastModified null where there is none that can be read
     */
    private record Model(
            int status,
            @Nullable Long dateValue,
            @Nullable Long ageValue,
            @Nullable Long expires,
            @Nullable Long maxAge,
            @Nullable Long sMaxage,
            boolean isPublic,
            @Nullable Long lastModified,
            long requestTime,
            long responseTime,
            long now) {

        /** RFC 9110 §6.6.1: a recipient with a clock takes the time of receipt for a Date that is missing. */
        long date() {
            return dateValue == null ? responseTime : dateValue;
        }

        /** §4.2.1, for a shared cache. In milliseconds, because a fraction of an interval need not be whole. */
        long freshnessLifetime() {
            if (sMaxage != null) {
                return sMaxage * 1_000;
            }
            if (maxAge != null) {
                return maxAge * 1_000;
            }
            if (expires != null) {
                // §5.3: an invalid date is a time in the past.
                return expires == Long.MIN_VALUE ? 0 : (expires - date()) * 1_000;
            }
            return heuristicFreshness();
        }

        /** §4.2.2, with the fraction and the limit of Squid's implicit refresh_pattern: 20 %, three days. */
        long heuristicFreshness() {
            boolean heuristicallyCacheable = Set.of(200, 203, 301, 404, 410).contains(status);
            if (lastModified == null || !(heuristicallyCacheable || isPublic)) {
                return 0;
            }
            long unchanged = Math.min(date(), responseTime) - lastModified;
            return Math.max(0, Math.min(unchanged * 1_000 / 5, 3 * 86_400_000L));
        }

        /** §4.2.3. */
        long currentAge() {
            long age = ageValue == null ? 0 : ageValue;

            long apparentAge = Math.max(0, responseTime - date());

            long responseDelay = responseTime - requestTime;
            long correctedAgeValue = age + responseDelay;

            long correctedInitialAge = Math.max(apparentAge, correctedAgeValue);

            long residentTime = now - responseTime;
            return correctedInitialAge + residentTime;
        }

        /** §4.2. */
        boolean responseIsFresh() {
            return freshnessLifetime() > currentAge() * 1_000;
        }
    }

    /** A field or directive as drawn. */
    private record Drawn(List<String> texts, @Nullable Long meaning) {}

    private static final Drawn ABSENT = new Drawn(List.of(), null);

    /** One input: the model, and the field lines that mean it. */
    private record Input(Model model, Fields fields) {}

    @Test
    @DisplayName("RFC 9111 §4.2: a million responses are as fresh and as old as the RFC's own arithmetic says")
    void agrees() {
        Random random = new Random(SEED);
        int fresh = 0;
        for (int i = 0; i < INPUTS; i++) {
            Input input = draw(random);
            Model model = input.model;
            Freshness freshness = judge(model, input.fields);

            boolean agree = freshness.ageMillis() == model.currentAge() * 1_000
                    && freshness.isFresh() == model.responseIsFresh()
                    && freshness.lifetimeMillis() == Math.max(0, model.freshnessLifetime());
            if (!agree) {
                throw new AssertionError("input " + i + ": " + input + ": " + freshness + ", but by the RFC fresh "
                        + model.responseIsFresh() + ", lifetime " + model.freshnessLifetime() + ", age "
                        + model.currentAge());
            }
            fresh += freshness.isFresh() ? 1 : 0;
        }
        assertThat(fresh).as("both verdicts occur often").isBetween(INPUTS / 10, INPUTS * 9 / 10);
    }

    @Test
    @DisplayName("a malformed field never makes a response fresher than it would be without it")
    void malformed() {
        Random random = new Random(SEED);
        String[] names = {"Date", "Age", "Expires", "Last-Modified", "Cache-Control"};
        for (int i = 0; i < INPUTS / 10; i++) {
            Input input = draw(random);
            String name = names[random.nextInt(names.length)];
            Fields without = input.fields.without(name::equals);
            String nonsense = malformed(name, random);
            Freshness absent = judge(input.model, without);
            Freshness present = judge(input.model, without.plus(name, nonsense));

            if (present.lifetimeMillis() - present.ageMillis() > absent.lifetimeMillis() - absent.ageMillis()) {
                throw new AssertionError(
                        name + ": " + nonsense + " beside " + without + ": " + present + ", without it " + absent);
            }
        }
    }

    private static Freshness judge(Model model, Fields received) {
        ResponseTimes times = new ResponseTimes(at(model.requestTime), at(model.responseTime));
        StoredHead stored = new StoredHead(
                0,
                KEY,
                SelectingFields.NONE,
                model.status,
                "",
                received.without("Age"),
                Age.movedInto(times, received),
                -1);
        return Freshness.of(stored, at(model.now), FreshnessRules.DEFAULT);
    }

    private static Input draw(Random random) {
        long scale = 1L << random.nextInt(20);
        long responseTime = around(random, scale);
        Drawn date = date(random, around(random, scale));
        Drawn age = age(random, scale);
        Drawn expires = expires(random, around(random, 4 * scale));
        Drawn lastModified = date(random, around(random, 40 * scale));
        Drawn maxAge = directive(random, "max-age", 2, scale);
        Drawn sMaxage = directive(random, "s-maxage", 4, scale);
        boolean isPublic = random.nextInt(8) == 0;

        List<String> lines = new ArrayList<>();
        add(lines, "Date", date);
        add(lines, "Age", age);
        add(lines, "Expires", expires);
        add(lines, "Last-Modified", lastModified);
        add(lines, "Cache-Control", maxAge);
        add(lines, random.nextBoolean() ? "Cache-Control" : "cache-control", sMaxage);
        if (isPublic) {
            add(lines, "Cache-Control", new Drawn(List.of(random.nextBoolean() ? "public" : "foo, PUBLIC"), null));
        }
        Model model = new Model(
                STATUSES[random.nextInt(STATUSES.length)],
                date.meaning,
                age.meaning,
                expires.meaning,
                maxAge.meaning,
                sMaxage.meaning,
                isPublic,
                lastModified.meaning,
                responseTime - upTo(random, Math.min(scale, 60)),
                responseTime,
                responseTime + upTo(random, scale));
        return new Input(model, Fields.of(lines.toArray(String[]::new)));
    }

    private static void add(List<String> lines, String name, Drawn drawn) {
        for (String text : drawn.texts) {
            lines.add(name);
            lines.add(text);
        }
    }

    private static Drawn date(Random random, long second) {
        return switch (random.nextInt(8)) {
            case 0 -> ABSENT;
            case 1 -> new Drawn(List.of(one(random, NO_DATES)), null);
            default -> new Drawn(List.of(written(random, second)), second);
        };
    }

    private static Drawn age(Random random, long scale) {
        long seconds = upTo(random, scale);
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> ABSENT;
            case 4 -> new Drawn(List.of(one(random, NO_NUMBERS)), null);
            // §5.1: of several the first.
            case 5 -> new Drawn(List.of(seconds + ", 99"), seconds);
            case 6 -> new Drawn(List.of(Long.toString(seconds), "99"), seconds);
            case 7 -> new Drawn(List.of("99999999999999999999"), LARGEST);
            default -> new Drawn(List.of(Long.toString(seconds)), seconds);
        };
    }

    private static Drawn expires(Random random, long second) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> ABSENT;
            case 3 -> new Drawn(List.of(one(random, NO_DATES)), Long.MIN_VALUE);
            // §4.2.1: of two, the response may be considered stale.
            case 4 -> new Drawn(List.of(written(random, second), written(random, second)), Long.MIN_VALUE);
            default -> new Drawn(List.of(written(random, second)), second);
        };
    }

    /** A directive that is there in one of {@code rarity} responses. */
    private static Drawn directive(Random random, String name, int rarity, long scale) {
        if (random.nextInt(rarity) > 0) {
            return ABSENT;
        }
        long seconds = upTo(random, 4 * scale);
        long other = upTo(random, 4 * scale);
        return switch (random.nextInt(10)) {
            // §4.2.1: invalid freshness information is stale.
            case 0 -> new Drawn(List.of(name + "=" + one(random, NO_NUMBERS)), 0L);
            case 1 -> new Drawn(List.of(name), 0L);
            // §4.2.1: the most restrictive.
            case 2 -> new Drawn(List.of(name + "=" + seconds + ", " + name + "=" + other), Math.min(seconds, other));
            case 3 -> new Drawn(List.of(name + "=" + seconds, name + "=" + other), Math.min(seconds, other));
            // §5.2: both forms, and names without case.
            case 4 -> new Drawn(List.of(name + "=\"" + seconds + "\""), seconds);
            case 5 -> new Drawn(List.of("foo=\"a, b\", " + name.toUpperCase(Locale.ROOT) + "=" + seconds), seconds);
            case 6 -> new Drawn(List.of(name + "=99999999999999999999"), LARGEST);
            default -> new Drawn(List.of(name + "=" + seconds), seconds);
        };
    }

    private static String malformed(String name, Random random) {
        return switch (name) {
            case "Cache-Control" ->
                one(random, "max-age", "s-maxage", "public", "immutable", "stale-while-revalidate") + "="
                        + one(random, NO_NUMBERS);
            case "Age" -> one(random, NO_NUMBERS);
            default -> one(random, NO_DATES);
        };
    }

    /** RFC 9110 §5.6.7: one of the three forms. */
    private static String written(Random random, long second) {
        DateTimeFormatter form = switch (random.nextInt(8)) {
            case 0 -> RFC_850;
            case 1 -> ASCTIME;
            default -> IMF_FIXDATE;
        };
        return form.format(at(second));
    }

    private static String one(Random random, String... of) {
        return of[random.nextInt(of.length)];
    }

    private static long around(Random random, long scale) {
        return random.nextLong(2 * scale + 1) - scale;
    }

    private static long upTo(Random random, long scale) {
        return random.nextLong(scale + 1);
    }

    private static Instant at(long second) {
        return START.plus(Duration.ofSeconds(second));
    }
}
