package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loligo.proxy.access.PosixRegex.Untranslatable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PosixRegexTest {

    @DisplayName("POSIX extended expressions mean what GNU libc says")
    @ParameterizedTest(name = "{0}: {1} on {2}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            found anywhere                       ~ cgi-bin            ~ /x/cgi-bin/y      ~ true
            anchored                             ~ ^/app1(/|$)        ~ /app1/x           ~ true
            anchored at the end                  ~ ^/app1(/|$)        ~ /app12            ~ false
            a character class                    ~ ^[[:digit:]]+$     ~ 12345             ~ true
            a class among others                 ~ ^[x[:space:]-]+$   ~ x-x               ~ true
            a negated class                      ~ ^[^[:alpha:]]$     ~ a                 ~ false
            a backslash in brackets is literal   ~ ^[\\w]$            ~ \\                ~ true
            and has no meaning there             ~ ^[\\w]$            ~ a                 ~ false
            a bracket may start with ]           ~ ^[]a]+$            ~ ]a                ~ true
            a hyphen at the end is literal       ~ ^[a-]+$            ~ a-a               ~ true
            a collating symbol                   ~ ^[[.-.]a]+$        ~ -a                ~ true
            \\d is the letter d                  ~ ^\\d$              ~ d                 ~ true
            and no digit                         ~ ^\\d$              ~ 7                 ~ false
            \\w is a word character              ~ ^\\w+$             ~ a_9               ~ true
            \\s is space                         ~ ^a\\sb$            ~ a b               ~ true
            \\b is a word's edge                 ~ \\bcat\\b          ~ a cat sat         ~ true
            inside a word it is not              ~ \\bcat\\b          ~ concatenate       ~ false
            \\< starts a word                    ~ \\<cat             ~ a catalogue       ~ true
            and only there                       ~ \\<cat             ~ bobcat            ~ false
            before a group too                   ~ \\<(cat|dog)       ~ hotdog            ~ false
            \\> ends a word                      ~ cat\\>             ~ a bobcat          ~ true
            after a class too                    ~ [0-9]\\>           ~ a1b               ~ false
            an interval                          ~ ^a{2,3}$           ~ aaa               ~ true
            is bounded                           ~ ^a{2,3}$           ~ aaaa              ~ false
            without a lower end                  ~ ^a{,2}$            ~ ''                ~ true
            a literal brace                      ~ ^a\\{2}$           ~ a{2}              ~ true
            repeated repetitions                 ~ ^a**$              ~ aaa               ~ true
            an unopened parenthesis is literal   ~ ^a)$               ~ a)                ~ true
            a dot matches all, line ends too     ~ ^a.b$              ~ a~b               ~ true
            case counts                          ~ \\.GIF$            ~ /a.gif            ~ false
            """)
    void matching(String rule, String pattern, String subject, boolean matches) throws Untranslatable {
        assertThat(PosixRegex.compile(pattern, false).find(subject)).isEqualTo(matches);
    }

    @DisplayName("a repetition may count further than RE2 does")
    @ParameterizedTest(name = "{0} on {1} letters: {2}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            .{2000}                ~ 1999  ~ false
            .{2000}                ~ 2000  ~ true
            .{2000}                ~ 30000 ~ true
            .{32767}               ~ 32767 ~ true
            .{32767}               ~ 32766 ~ false
            ^a{2000}$              ~ 2000  ~ true
            ^a{2000}$              ~ 2001  ~ false
            ^a{1500,2500}$         ~ 1499  ~ false
            ^a{1500,2500}$         ~ 1500  ~ true
            ^a{1500,2500}$         ~ 2500  ~ true
            ^a{1500,2500}$         ~ 2501  ~ false
            ^a{1001,}$             ~ 1000  ~ false
            ^a{1001,}$             ~ 5000  ~ true
            ^a{,1001}$             ~ 0     ~ true
            ^a{,1001}$             ~ 1002  ~ false
            ^(a|b){1200}$          ~ 1200  ~ true
            ^(a{2}){1200}$         ~ 2400  ~ true
            ^(a{2}){1200}$         ~ 2399  ~ false
            ^(aa{1200}){2}$        ~ 2402  ~ true
            """)
    void counting(String pattern, int letters, boolean matches) throws Untranslatable {
        assertThat(PosixRegex.compile(pattern, false).find("a".repeat(letters))).isEqualTo(matches);
    }

    @DisplayName("dots at the beginning are counted, not followed, and change nothing else")
    @ParameterizedTest(name = "{0}: {1} on {2}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            there are enough                 ~ .{3}b         ~ aaab   ~ true
            there are too few                ~ .{4}b         ~ aaab   ~ false
            there are more                   ~ .{1,2}b       ~ aaab   ~ true
            any number from                  ~ .{2,}b        ~ aab    ~ true
            any number up to                 ~ .{,2}b        ~ b      ~ true
            the beginning is not there       ~ .{2}^b        ~ aab    ~ false
            the end is at the end            ~ .{2}b$        ~ aaba   ~ false
            a word's edge is seen            ~ .{2}\\bb      ~ aab    ~ false
            a word's edge behind them        ~ .{2}\\bb      ~ a-b    ~ true
            one of several                   ~ .{9}|b        ~ ab     ~ true
            one of several, in a group       ~ .{2}(x|b)     ~ aab    ~ true
            repeated themselves              ~ .{2}{2}b      ~ aaab   ~ false
            repeated once more               ~ .{2}*b        ~ b      ~ true
            """)
    void leading_dots(String rule, String pattern, String subject, boolean matches) throws Untranslatable {
        assertThat(PosixRegex.compile(pattern, false).find(subject)).isEqualTo(matches);
    }

    @Test
    @DisplayName("-i folds case")
    void ignoring_case() throws Untranslatable {
        assertThat(PosixRegex.compile("\\.(GIF|jpe?g)$", true).find("/A.gif")).isTrue();
    }

    @Test
    @DisplayName("what is not ASCII is matched as UTF-8, byte by byte")
    void bytes() throws Untranslatable {
        assertThat(PosixRegex.compile("^caf\u00e9$", false).find("caf\u00c3\u00a9"))
                .isTrue();
    }

    @DisplayName("What POSIX does not have, or RE2 cannot do, is refused with a reason")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            (?:a|b)     ~ Perl
            (?=x)       ~ Perl
            (a)\\1      ~ refers back
            a{32768}    ~ counts to 32767
            (a{300}){300} ~ longer than 40000
            .{40000}    ~ counts to 32767
            *{2000}     ~ nothing to repeat
            ^{2000}     ~ nothing to repeat
            a{3,1}      ~ backwards
            a{x}        ~ brace
            *a          ~ nothing to repeat
            (a          ~ does not close
            [a          ~ does not close
            [[:foo:]]   ~ no character class
            [b-a]       ~ backwards
            a\\         ~ ends in a backslash
            \\<.        ~ before a letter
            -\\>        ~ after a letter
            """)
    void refused(String pattern, String reason) {
        assertThatThrownBy(() -> PosixRegex.compile(pattern, false))
                .isInstanceOf(Untranslatable.class)
                .hasMessageContaining(reason);
    }

    @Test
    @DisplayName("patterns that make backtracking engines hang take linear time")
    void linear() throws Untranslatable {
        assertThat(PosixRegex.compile("^(a+)+$", false).find("a".repeat(5_000) + "b"))
                .isFalse();
    }

    @Test
    @DisplayName("depth and length are limited")
    void limits() {
        assertThatThrownBy(() -> PosixRegex.compile("(".repeat(5_000), false)).isInstanceOf(Untranslatable.class);
        assertThatThrownBy(() -> PosixRegex.compile("a".repeat(100_000), false)).isInstanceOf(Untranslatable.class);
    }
}
