package io.loligo.proxy.access;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * A regular expression as squid.conf writes them: POSIX extended, as GNU libc reads it, matched byte by byte anywhere in
 * the subject. It runs on RE2/J, in time linear in the subject, whatever the pattern.
 *
 * <p>Subjects are Latin-1 text, one character per byte; a pattern's other characters stand for their UTF-8 bytes.
 */
public final class PosixRegex {
    /** GNU's limit on the numbers in {@code {n,m}}. */
    static final int REPETITIONS_MAX = 32_767;
    /** RE2's own limit on them: larger repetitions are written out as several. */
    private static final int RE2_REPETITIONS_MAX = 1_000;
    /** Characters and brackets in a pattern, each counted as often as it is repeated. */
    static final int STEPS_MAX = 40_000;
    /** The longest pattern taken. */
    static final int LENGTH_MAX = 16_384;
    /** Groups within groups. */
    static final int DEPTH_MAX = 200;

    private static final Map<String, String> CLASSES = Map.ofEntries(
            Map.entry("alpha", "A-Za-z"),
            Map.entry("digit", "0-9"),
            Map.entry("alnum", "0-9A-Za-z"),
            Map.entry("upper", "A-Z"),
            Map.entry("lower", "a-z"),
            Map.entry("space", "\\t-\\r "),
            Map.entry("blank", "\\t "),
            Map.entry("punct", "!-/:-@\\[-`{-~"),
            Map.entry("print", " -~"),
            Map.entry("graph", "!-~"),
            Map.entry("cntrl", "\\x00-\\x1f\\x7f"),
            Map.entry("xdigit", "0-9A-Fa-f"));

    private static final Set<String> WORD_CLASSES = Set.of("alpha", "digit", "alnum", "upper", "lower", "xdigit");

    private final String source;
    private final boolean ignoreCase;
    private final Pattern pattern;
    /** Where in the subject a match of {@link #pattern} may begin: behind the dots that the source begins with. */
    private final int first;

    private PosixRegex(String source, boolean ignoreCase, Pattern pattern, int first) {
        this.source = source;
        this.ignoreCase = ignoreCase;
        this.pattern = pattern;
        this.first = first;
    }

    /** Says that a pattern cannot be used, and why. */
    public static final class Untranslatable extends Exception {
        private static final long serialVersionUID = 1;

        Untranslatable(String message) {
            super(message, null, false, false);
        }
    }

    /** Reads {@code source}. */
    public static PosixRegex compile(String source, boolean ignoreCase) throws Untranslatable {
        Translation translation = new Translation(bytes(source));
        String re2 = translation.run();
        int first = 0;
        if (translation.restAfterDots > 0 && !translation.hasAlternatives) {
            // Any characters will do for the dots: a match begins wherever there are enough of them before it. Without
            // this,
            // RE2 would follow as many beginnings at a time as there are dots.
            first = translation.leadingDots;
            re2 = re2.substring(translation.restAfterDots);
        }
        try {
            int flags = Pattern.DOTALL | (ignoreCase ? Pattern.CASE_INSENSITIVE : 0);
            return new PosixRegex(source, ignoreCase, Pattern.compile(re2, flags), first);
        } catch (PatternSyntaxException e) {
            throw new Untranslatable(String.valueOf(e.getDescription()));
        }
    }

    /** Whether it matches anywhere in {@code subject}. */
    public boolean find(String subject) {
        return first <= subject.length() && pattern.matcher(subject).find(first);
    }

    /** As written. */
    public String source() {
        return source;
    }

    public boolean ignoreCase() {
        return ignoreCase;
    }

    @Override
    public String toString() {
        return (ignoreCase ? "-i " : "") + source;
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** One pass from POSIX to RE2 syntax. */
    private static final class Translation {
        private final String in;
        private final StringBuilder out = new StringBuilder();
        private int at;
        private int depth;
        /** Where the last atom starts in {@link #out}; -1 where a repetition has nothing to repeat. */
        private int atom = -1;
        /** Whether the last atom is repeated already. */
        private boolean repeated;
        /** Whether whatever was read last can only end in a word character. */
        private boolean endsInWord;
        /** Whether the last bracket expression holds word characters only. */
        private boolean bracketIsWord;
        /** Characters and brackets so far, each counted as often as it is repeated. */
        private long steps;
        /** Of them, those before the last atom. */
        private long stepsBefore;
        /** The least number of characters that {@code .{n,m}} takes at the very beginning. */
        private int leadingDots;
        /** Where in {@link #out} the rest begins after such a beginning; 0 where there is none. */
        private int restAfterDots;
        /** Whether the pattern is one of several outside any group. */
        private boolean hasAlternatives;

        Translation(String in) {
            this.in = in;
        }

        String run() throws Untranslatable {
            if (in.length() > LENGTH_MAX) {
                throw new Untranslatable("the pattern is longer than " + LENGTH_MAX + " characters");
            }
            alternatives();
            return out.toString();
        }

        /** Reads up to the parenthesis that closes the group, or to the end. */
        private void alternatives() throws Untranslatable {
            if (++depth > DEPTH_MAX) {
                throw new Untranslatable("groups are nested more than " + DEPTH_MAX + " deep");
            }
            atom = -1;
            boolean allEndInWord = true;
            endsInWord = false;
            while (at < in.length() && !(depth > 1 && in.charAt(at) == ')')) {
                char c = in.charAt(at++);
                switch (c) {
                    case '|' -> {
                        allEndInWord &= endsInWord;
                        hasAlternatives |= depth == 1;
                        out.append('|');
                        atom = -1;
                        endsInWord = false;
                    }
                    case '(' -> group();
                    case '[' -> {
                        String set = bracket();
                        atom(set, bracketIsWord);
                    }
                    case '\\' -> escape();
                    case '^', '$' -> {
                        out.append(c);
                        // GNU repeats an anchor's nothing; RE2 would refuse.
                        atom = -1;
                        repeated = false;
                        endsInWord = false;
                    }
                    case '.' -> atom(".", false);
                    case '*', '+', '?' -> repeat(String.valueOf(c), c == '+');
                    case '{' -> interval();
                    default -> atom(Character.toString(c), isWord(c));
                }
            }
            endsInWord &= allEndInWord;
            depth--;
        }

        private void atom(String re2, boolean word) throws Untranslatable {
            atom = out.length();
            stepsBefore = steps;
            count(steps + 1);
            repeated = false;
            endsInWord = word;
            if (re2.length() == 1 && ")]}".contains(re2)) {
                out.append('\\');
            }
            out.append(re2);
        }

        private void group() throws Untranslatable {
            if (at < in.length() && in.charAt(at) == '?') {
                throw new Untranslatable("(? is Perl's, not POSIX's: write a plain group, and -i for case");
            }
            int start = out.length();
            long before = steps;
            out.append("(?:");
            alternatives();
            if (at == in.length()) {
                throw new Untranslatable("a parenthesis does not close");
            }
            at++;
            out.append(')');
            atom = start;
            stepsBefore = before;
            repeated = false;
        }

        private void count(long all) throws Untranslatable {
            if (all > STEPS_MAX) {
                throw new Untranslatable("its repetitions make it longer than " + STEPS_MAX + " characters");
            }
            steps = all;
        }

        private void repeat(String operator, boolean atLeastOnce) throws Untranslatable {
            if (atom < 0) {
                throw new Untranslatable("there is nothing to repeat before " + operator);
            }
            if (repeated) {
                out.insert(atom, "(?:").append(')');
            }
            out.append(operator);
            repeated = true;
            endsInWord &= atLeastOnce;
        }

        /** {@code {n}}, {@code {n,}}, {@code {n,m}}, and GNU's {@code {,m}}. */
        private void interval() throws Untranslatable {
            int close = in.indexOf('}', at);
            String inside = close < 0 ? "" : in.substring(at, close);
            int comma = inside.indexOf(',');
            String least = comma < 0 ? inside : inside.substring(0, comma);
            String most = comma < 0 ? inside : inside.substring(comma + 1);
            boolean anyNumber = comma >= 0 && most.isEmpty();
            if (inside.isEmpty()) {
                throw new Untranslatable("a brace starts a repetition such as {2,5}; a literal one is \\{");
            }
            int from = least.isEmpty() && comma >= 0 ? 0 : number(least);
            int to = anyNumber ? from : number(most);
            if (from > to) {
                throw new Untranslatable("{" + inside + "} counts backwards");
            }
            at = close + 1;
            boolean leading = atom == 0 && !repeated && out.toString().equals(".");
            repeat(from, to, anyNumber);
            if (leading && (at == in.length() || "*+?{".indexOf(in.charAt(at)) < 0)) {
                leadingDots = from;
                restAfterDots = out.length();
            }
        }

        /** Repeats the last atom; RE2 counts no further than {@link #RE2_REPETITIONS_MAX} at a time. */
        private void repeat(int from, int to, boolean anyNumber) throws Untranslatable {
            if (to <= RE2_REPETITIONS_MAX) {
                String most = anyNumber ? "," : from == to ? "" : "," + to;
                repeat("{" + from + most + "}", from > 0);
            } else if (atom < 0) {
                throw new Untranslatable("there is nothing to repeat before {");
            } else {
                String once = out.substring(atom);
                String one = repeated ? "(?:" + once + ")" : once;
                out.setLength(atom);
                out.append("(?:");
                for (int left = from; left > 0; left -= RE2_REPETITIONS_MAX) {
                    out.append(one)
                            .append('{')
                            .append(Math.min(left, RE2_REPETITIONS_MAX))
                            .append('}');
                }
                for (int left = to - from; left > 0; left -= RE2_REPETITIONS_MAX) {
                    out.append(one)
                            .append("{0,")
                            .append(Math.min(left, RE2_REPETITIONS_MAX))
                            .append('}');
                }
                out.append(anyNumber ? one + "*" : "").append(')');
                repeated = true;
                endsInWord &= from > 0;
            }
            count(stepsBefore + (steps - stepsBefore) * Math.max(1, to));
        }

        private static int number(String digits) throws Untranslatable {
            if (digits.isEmpty() || !digits.chars().allMatch(c -> '0' <= c && c <= '9')) {
                throw new Untranslatable("a brace starts a repetition such as {2,5}; a literal one is \\{");
            }
            if (digits.length() > 5 || Integer.parseInt(digits) > REPETITIONS_MAX) {
                throw new Untranslatable("a repetition counts to " + REPETITIONS_MAX + " at most");
            }
            return Integer.parseInt(digits);
        }

        private void escape() throws Untranslatable {
            if (at == in.length()) {
                throw new Untranslatable("it ends in a backslash");
            }
            char c = in.charAt(at++);
            switch (c) {
                case 'w' -> atom("[0-9A-Za-z_]", true);
                case 'W' -> atom("[^0-9A-Za-z_]", false);
                case 's' -> atom("[\\t-\\r ]", false);
                case 'S' -> atom("[^\\t-\\r ]", false);
                case 'b', 'B' -> position("\\" + c);
                case '`' -> position("\\A");
                case '\'' -> position("\\z");
                case '<' -> {
                    if (!startsWithWord(at)) {
                        throw new Untranslatable("\\< must stand before a letter, digit or underscore");
                    }
                    position("\\b");
                }
                case '>' -> {
                    if (!endsInWord) {
                        throw new Untranslatable("\\> must stand after a letter, digit or underscore");
                    }
                    position("\\b");
                }
                case '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                    throw new Untranslatable("\\" + c + " refers back to a group, which is not supported");
                default -> atom(isWord(c) ? Character.toString(c) : "\\" + c, isWord(c));
            }
        }

        private void position(String re2) {
            out.append(re2);
            atom = -1;
            repeated = false;
        }

        /** Whether what follows {@code from} can only start with a word character. */
        private boolean startsWithWord(int from) throws Untranslatable {
            if (from >= in.length()) {
                return false;
            }
            char c = in.charAt(from);
            if (c == '(') {
                return branchesStartWithWord(from + 1);
            }
            if (c == '\\') {
                return in.startsWith("w", from + 1) && isOnce(from + 2);
            }
            if (c == '[') {
                Translation bracket = new Translation(in);
                bracket.at = from + 1;
                bracket.bracket();
                return bracket.bracketIsWord && isOnce(bracket.at);
            }
            return isWord(c) && isOnce(from + 1);
        }

        private boolean branchesStartWithWord(int from) throws Untranslatable {
            int level = 0;
            boolean all = startsWithWord(from);
            for (int i = from; i < in.length() && level >= 0; i++) {
                switch (in.charAt(i)) {
                    case '\\' -> i++;
                    case '(' -> level++;
                    case ')' -> level--;
                    case '|' -> all &= level > 0 || startsWithWord(i + 1);
                    default -> {}
                }
            }
            return all;
        }

        /** Whether nothing at {@code index} makes the atom before it optional. */
        private boolean isOnce(int index) {
            return index >= in.length() || "*?{".indexOf(in.charAt(index)) < 0;
        }

        /** A bracket expression. A backslash in it is a letter like any other. */
        private String bracket() throws Untranslatable {
            StringBuilder set = new StringBuilder("[");
            bracketIsWord = true;
            if (at < in.length() && in.charAt(at) == '^') {
                set.append('^');
                bracketIsWord = false;
                at++;
            }
            int start = at;
            while (at < in.length() && (in.charAt(at) != ']' || at == start)) {
                if (in.startsWith("[:", at)) {
                    int close = in.indexOf(":]", at);
                    String name = close < 0 ? "" : in.substring(at + 2, close);
                    String members = CLASSES.get(name);
                    if (members == null) {
                        throw new Untranslatable("there is no character class [:" + name + ":]");
                    }
                    set.append(members);
                    bracketIsWord &= WORD_CLASSES.contains(name);
                    at = close + 2;
                    continue;
                }
                char low = member();
                if (in.startsWith("-", at) && at + 1 < in.length() && in.charAt(at + 1) != ']') {
                    at++;
                    char high = member();
                    if (low > high) {
                        throw new Untranslatable("the range " + low + "-" + high + " counts backwards");
                    }
                    set.append(quoted(low)).append('-').append(quoted(high));
                    bracketIsWord &= (Character.isDigit(low) && Character.isDigit(high))
                            || (Character.isUpperCase(low) && Character.isUpperCase(high) && high < 0x80)
                            || (Character.isLowerCase(low) && Character.isLowerCase(high) && high < 0x80);
                } else {
                    set.append(quoted(low));
                    bracketIsWord &= isWord(low);
                }
            }
            if (at >= in.length()) {
                throw new Untranslatable("a bracket does not close");
            }
            at++;
            return set.append(']').toString();
        }

        /** One member: a character, {@code [.x.]} or {@code [=x=]}. */
        private char member() throws Untranslatable {
            if (in.startsWith("[.", at) || in.startsWith("[=", at)) {
                String end = in.charAt(at + 1) + "]";
                if (at + 2 < in.length() && in.startsWith(end, at + 3)) {
                    char c = in.charAt(at + 2);
                    at += 5;
                    return c;
                }
                throw new Untranslatable("only single characters can stand in " + in.charAt(at + 1) + end);
            }
            return in.charAt(at++);
        }

        private static String quoted(char c) {
            return isWord(c) || c >= 0x80 || c < ' ' ? Character.toString(c) : "\\" + c;
        }

        private static boolean isWord(char c) {
            return c == '_' || ('0' <= c && c <= '9') || ('A' <= c && c <= 'Z') || ('a' <= c && c <= 'z');
        }
    }
}
