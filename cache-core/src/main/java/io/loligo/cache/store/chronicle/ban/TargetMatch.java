package io.loligo.cache.store.chronicle.ban;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import java.util.function.Predicate;

/** Whether a stored response is what a purge is about. Immutable; in time linear in the URL, whatever the pattern. */
public sealed interface TargetMatch {
    /** The longest text that a target may have: no URL that is stored is longer by much. */
    int TEXT_MAX = 8_192;

    /** The longest pattern: each of its characters is looked at for each one of a URL. */
    int PATTERN_MAX = 1_024;

    /** The longest program that a pattern may become: counted repetitions are copies of what they repeat. */
    int PROGRAM_MAX = 100_000;

    /** The larger count of a repetition; more than nine digits are too many in any case. */
    Pattern COUNTS = Pattern.compile("\\{(?:[0-9]*,)?([0-9]{1,9})");

    /**
     * Whether the purge is about {@code head}.
     *
     * @param url the text of the URL that it is stored under
     */
    boolean matches(StoredHead head, String url);

    /**
     * Whether the purge is about some response for {@code uri}, whatever that response says.
     *
     * @param url its text
     */
    boolean mayMatch(EffectiveUri uri, String url);

    /** By the URL's text. */
    record ByUrlText(Predicate<String> url) implements TargetMatch {
        @Override
        public boolean matches(StoredHead head, String text) {
            return url.test(text);
        }

        @Override
        public boolean mayMatch(EffectiveUri uri, String text) {
            return url.test(text);
        }
    }

    /** By the URL's parts. */
    record ByUri(Predicate<EffectiveUri> test) implements TargetMatch {
        @Override
        public boolean matches(StoredHead head, String text) {
            return test.test(head.key().uri());
        }

        @Override
        public boolean mayMatch(EffectiveUri uri, String text) {
            return test.test(uri);
        }
    }

    /** By a tag in one of the fields {@code carriers}. */
    record ByTag(String tag, TagFields carriers) implements TargetMatch {
        @Override
        public boolean matches(StoredHead head, String text) {
            return head.tags(carriers).contains(tag);
        }

        @Override
        public boolean mayMatch(EffectiveUri uri, String text) {
            return true;
        }
    }

    /** One URL, however long. */
    static TargetMatch of(EffectiveUri uri) {
        return new ByUri(uri::equals);
    }

    /**
     * What {@code target} means.
     *
     * @param carriers the fields that carry tags
     * @throws PurgeRefused when it is too long, or no pattern
     */
    static TargetMatch of(PurgeTarget target, TagFields carriers) throws PurgeRefused {
        if (target instanceof PurgeTarget.Url url) {
            within(url.uri().pathAndQuery(), TEXT_MAX, "URL");
            return of(url.uri());
        }
        if (target instanceof PurgeTarget.Tag tag) {
            within(tag.tag(), TEXT_MAX, "tag");
            return new ByTag(tag.tag(), carriers);
        }
        if (target instanceof PurgeTarget.Host host) {
            within(host.host(), TEXT_MAX, "host");
            return new ByUri(uri -> uri.host().equals(host.host()));
        }
        if (target instanceof PurgeTarget.Prefix prefix) {
            within(prefix.text(), TEXT_MAX, "prefix");
            return new ByUrlText(url -> url.startsWith(prefix.text()));
        }
        if (target instanceof PurgeTarget.Glob glob) {
            within(glob.glob(), PATTERN_MAX, "glob");
            return new ByUrlText(url -> globMatches(glob.glob(), url));
        }
        if (target instanceof PurgeTarget.Pattern pattern) {
            within(pattern.re2(), PATTERN_MAX, "pattern");
            return new ByUrlText(compiled(pattern.re2()));
        }
        return new ByUri(uri -> true);
    }

    private static void within(String text, int max, String what) throws PurgeRefused {
        if (text.isEmpty()) {
            throw new PurgeRefused("an empty " + what + "; to purge everything, say so");
        }
        if (text.length() > max) {
            throw new PurgeRefused("a " + what + " of " + text.length() + " characters; at most " + max + " are taken");
        }
    }

    private static Predicate<String> compiled(String re2) throws PurgeRefused {
        if (programSize(re2) > PROGRAM_MAX) {
            throw new PurgeRefused("the pattern " + re2 + " repeats too much");
        }
        try {
            Pattern pattern = Pattern.compile(re2);
            return url -> pattern.matcher(url).find();
        } catch (PatternSyntaxException e) {
            throw new PurgeRefused("the pattern " + re2 + " is not in the syntax of RE2: " + e.getMessage());
        }
    }

    /** As if every counted repetition stood in every other. */
    private static long programSize(String re2) {
        long size = re2.length();
        Matcher counts = COUNTS.matcher(re2);
        while (size <= PROGRAM_MAX && counts.find()) {
            size *= Math.max(1, Integer.parseInt(counts.group(1)));
        }
        return size;
    }

    /** Goes back to the latest star only, for that one can stand for whatever earlier ones might have. */
    private static boolean globMatches(String glob, String text) {
        int g = 0;
        int star = -1;
        int starText = 0;
        for (int t = 0; t < text.length(); ) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                starText = t;
            } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == text.charAt(t))) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }
}
