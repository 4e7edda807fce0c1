package io.loligo.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.ResponseDirectives.Flag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectivesTest {

    @DisplayName("RFC 9111 §5.2.2: what a response's Cache-Control means; ¦ separates lines")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        a number                              | max-age=3600                       | max-age=3600
        names without case                    | MaX-aGe=3600, NO-Store             | max-age=3600 no-store
        a quoted number                       | max-age="3600"                     | max-age=3600
        a quoted number with an escape        | max-age="36\\00"                   | max-age=3600
        leading zeros                         | max-age=003600                     | max-age=3600
        §1.2.2 no more than 2^31              | max-age=99999999999                | max-age=2147483648
        2^31 and one                          | max-age=2147483649                 | max-age=2147483648
        §4.2.1 negative: stale                | max-age=-1                         | max-age=0
        letters: stale                        | max-age=a100                       | max-age=0
        letters behind: stale                 | max-age=100a                       | max-age=0
        a fraction: stale                     | max-age=3600.5                     | max-age=0
        single quotes: stale                  | max-age='3600'                     | max-age=0
        no argument: stale                    | max-age                            | max-age=0
        empty argument: stale                 | max-age=                           | max-age=0
        blank before the equals sign: stale   | max-age =3600                      | max-age=0
        blank behind the equals sign: stale   | max-age= 3600                      | max-age=0
        junk behind the quotes: stale         | max-age="3600"x                    | max-age=0
        §4.2.1 duplicates: the smaller        | max-age=10, max-age=5              | max-age=5
        the smaller first                     | max-age=5, max-age=10              | max-age=5
        duplicates on two lines               | max-age=10 ¦ max-age=5             | max-age=5
        two lines are one list                | max-age=5 ¦ no-cache               | max-age=5 no-cache
        inside quotes nothing counts          | max-age=1, ext="max-age=3600"      | max-age=1
        a comma inside quotes                 | ext="a, no-store", max-age=5       | max-age=5
        an escaped quote inside quotes        | ext="a\\", no-store", max-age=5    | max-age=5
        an open quote hides no no-store       | ext="a, no-store                   | no-store
        empty members                         | , ,max-age=5,,                     | max-age=5
        no comma between them                 | max-age=5 no-store                 | max-age=0
        unknown ones change nothing           | foo, bar=1, max-age=5              | max-age=5
        §5.2.2.4 qualified: only those fields | no-cache="Set-Cookie"              | without set-cookie
        §5.2.2.7 qualified: only those fields | private="X , y"                    | without x y
        both qualified forms                  | private="b", no-cache="a, b"       | without a b
        a qualified form as a token           | no-cache=X                         | without x
        both forms of one directive           | no-cache="X", no-cache             | no-cache without x
        no list: the whole response           | no-cache="", private=" "           | no-cache private
        no field names: the whole response    | no-cache="a b", private="a,,b"     | no-cache private
        fields that the cache depends on      | no-cache="Cache-Control", private="a, Vary" | no-cache private
        fields that the body depends on       | private="Content-Encoding"         | private
        others have no qualified form         | no-store="a", must-revalidate="a"  | no-store must-revalidate
        every flag                            | public, must-revalidate, proxy-revalidate, must-understand, immutable | public must-revalidate proxy-revalidate must-understand immutable
        every number                          | s-maxage=1, stale-while-revalidate=2, stale-if-error=3 | s-maxage=1 swr=2 sie=3
        """)
    void response(String rule, String lines, String expected) {
        assertThat(said(ResponseDirectives.of(fields("Cache-Control", lines)))).isEqualTo(expected);
    }

    @DisplayName("RFC 9213: CDN-Cache-Control beside Cache-Control: max-age=9")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        §2.2 it counts instead of Cache-Control | max-age=5                   | targeted max-age=5
        flags                                   | no-store, private           | targeted no-store private
        several lines                           | max-age=5 ¦ no-cache        | targeted max-age=5 no-cache
        §2.1 unknown members are passed over    | foobar, max-age=5           | targeted max-age=5
        any type of unknown member              | a=("x" 1.5);q=?0, b=:YQ==:, c=@5, d=t/x, max-age=5 | targeted max-age=5
        a flag that is false                    | no-store=?0, max-age=5      | targeted max-age=5
        parameters                              | max-age=5;x=1               | targeted max-age=5
        the last of duplicates                  | max-age=5, max-age=7        | targeted max-age=7
        §2.1 not a dictionary: ignored          | max-age=5, &&&&&            | max-age=9
        a string for a number: ignored          | max-age="5"                 | max-age=9
        a negative number: ignored              | max-age=-5                  | max-age=9
        a fraction: ignored                     | max-age=5.5                 | max-age=9
        names are lower case                    | Max-Age=5                   | max-age=9
        a comma at the end: ignored             | max-age=5,                  | max-age=9
        an open string: ignored                 | x="a                        | max-age=9
        empty: ignored                          | ``                          | max-age=9
        """)
    void targeted(String rule, String lines, String expected) {
        Fields fields = fields("CDN-Cache-Control", lines).plus("Cache-Control", "max-age=9");

        assertThat(said(ResponseDirectives.of(fields))).isEqualTo(expected);
    }

    @DisplayName("RFC 9213 §2.2: Own-Cache-Control comes before CDN-Cache-Control, beside Cache-Control: max-age=9")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        the first of the list counts            | max-age=5   | max-age=6 | targeted max-age=5
        the next where it is not there          |             | max-age=6 | targeted max-age=6
        the next where it is malformed          | max-age=5,  | max-age=6 | targeted max-age=6
        the next where it is empty              | ``          | max-age=6 | targeted max-age=6
        Cache-Control where none is well-formed | max-age=x   | =         | max-age=9
        it says nothing of freshness            | no-store=?0 | max-age=6 | targeted
        """)
    void ownTarget(String rule, @Nullable String own, @Nullable String cdn, String expected) {
        Fields fields = Fields.of("Cache-Control", "max-age=9");
        fields = own == null ? fields : fields.plus("own-cache-control", own);
        fields = cdn == null ? fields : fields.plus("CDN-Cache-Control", cdn);
        CacheControlTargets targets = new CacheControlTargets(null, List.of("Own-Cache-Control", "CDN-Cache-Control"));

        assertThat(said(ResponseDirectives.of(fields, targets))).isEqualTo(expected);
    }

    @DisplayName("Edge architecture §2.4: Surrogate-Control for the surrogate edge, beside Cache-Control: max-age=9")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        it counts instead of Cache-Control      | max-age=5                         | targeted max-age=5
        a time to validate in beside it         | max-age=5+3                       | targeted max-age=5 swr=3
        no-store                                | no-store                          | targeted no-store
        both                                    | no-store, max-age=5               | targeted max-age=5 no-store
        names without case                      | Max-Age=5                         | targeted max-age=5
        of duplicates the shorter               | max-age=5, max-age=7              | targeted max-age=5
        several lines                           | max-age=5 ¦ no-store              | targeted max-age=5 no-store
        what is aimed at us counts for us       | max-age=5, max-age=7;edge         | targeted max-age=7
        what is aimed at another does not       | max-age=5, max-age=7;other        | targeted max-age=5
        no-store for another                    | max-age=5, no-store;other         | targeted max-age=5
        only for another: Cache-Control         | no-store;other                    | max-age=9
        unknown directives are passed over      | content="ESI/1.0", max-age=5      | targeted max-age=5
        only unknown directives: Cache-Control  | content="ESI/1.0"                 | max-age=9
        no-store-remote where we are near       | no-store-remote, max-age=5        | targeted max-age=5
        empty: Cache-Control                    | ``                                | max-age=9
        malformed numbers: Cache-Control        | max-age=x                         | max-age=9
        a number that is missing                | max-age                           | max-age=9
        a half of it missing                    | max-age=5+                        | max-age=9
        a third part                            | max-age=5+3+1                     | max-age=9
        negative                                | max-age=-5                        | max-age=9
        not a directive                         | max-age=5, &/&                    | max-age=9
        an empty name to aim at                 | max-age=5;                        | max-age=9
        """)
    void surrogate(String rule, String lines, String expected) {
        Fields fields = fields("Surrogate-Control", lines).plus("Cache-Control", "max-age=9");

        assertThat(said(ResponseDirectives.of(fields, surrogate(false)))).isEqualTo(expected);
    }

    @Test
    @DisplayName("Edge architecture §2.4: no-store-remote is for surrogates that are far from the origin")
    void farSurrogate() {
        Fields fields = Fields.of("Surrogate-Control", "no-store-remote");

        assertThat(said(ResponseDirectives.of(fields, surrogate(true)))).isEqualTo("targeted no-store");
    }

    @Test
    @DisplayName("Surrogate-Control comes first where it is ours to read, and does not count where it is not")
    void surrogateFirst() {
        Fields fields = Fields.of("CDN-Cache-Control", "max-age=6", "Surrogate-Control", "max-age=5");

        assertThat(said(ResponseDirectives.of(fields, surrogate(false)))).isEqualTo("targeted max-age=5");
        assertThat(said(ResponseDirectives.of(fields))).isEqualTo("targeted max-age=6");
    }

    @DisplayName("Surrogate-Control without a name of ours: no-store for all surrogates means us, nothing else does")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        no-store                        | targeted no-store
        no-store, content="ESI/1.0"     | targeted no-store
        max-age=60, no-store            | targeted max-age=60 no-store
        no-store;other                  | max-age=9
        no-store-remote                 | max-age=9
        max-age=60                      | max-age=9
        content="ESI/1.0"               | max-age=9
        """)
    void unnamedSurrogate(String line, String expected) {
        Fields fields = Fields.of("Surrogate-Control", line, "Cache-Control", "max-age=9");

        assertThat(said(ResponseDirectives.of(fields, CacheControlTargets.DEFAULT)))
                .startsWith(expected);
    }

    private static CacheControlTargets surrogate(boolean remote) {
        return new CacheControlTargets(
                new CacheControlTargets.Surrogate("edge", remote), CacheControlTargets.DEFAULT.fields());
    }

    @Test
    @DisplayName("RFC 9111 §5.4: Pragma: no-cache of a response counts only without Cache-Control")
    void responsePragma() {
        Fields pragma = Fields.of("Pragma", "no-cache");

        assertThat(ResponseDirectives.of(pragma).has(Flag.NO_CACHE)).isTrue();
        assertThat(ResponseDirectives.of(pragma.plus("Cache-Control", "max-age=5"))
                        .has(Flag.NO_CACHE))
                .isFalse();
        assertThat(ResponseDirectives.of(Fields.of("Pragma", "foo")).has(Flag.NO_CACHE))
                .isFalse();
    }

    @DisplayName("RFC 9111 §5.2.1: what a request asks")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        nothing                                | X                | y                       | ``
        unknown directives                     | Cache-Control    | nothing-to-see-here     | ``
        no-cache                               | Cache-Control    | No-Cache                | no-cache
        no-store                               | Cache-Control    | no-store                | no-store
        only-if-cached                         | Cache-Control    | only-if-cached          | only-if-cached
        max-age, of two the smaller            | Cache-Control    | max-age=10, max-age=5   | max-age=5
        a max-age that is none                 | Cache-Control    | max-age=x               | max-age=0
        min-fresh, of two the larger           | Cache-Control    | min-fresh=5, min-fresh=9| min-fresh=9
        a min-fresh that is none               | Cache-Control    | min-fresh=x             | ``
        max-stale with a number                | Cache-Control    | max-stale=5             | max-stale=5
        any staleness                          | Cache-Control    | max-stale               | max-stale=2147483648
        of any and a number the number         | Cache-Control    | max-stale, max-stale=5  | max-stale=5
        the same the other way round           | Cache-Control    | max-stale=5, max-stale  | max-stale=5
        a max-stale that is none               | Cache-Control    | max-stale=x             | max-stale=0
        §5.4 Pragma                            | Pragma           | no-cache                | no-cache
        unknown Pragma                         | Pragma           | foo                     | ``
        """)
    void request(String rule, String name, String value, String expected) {
        assertThat(said(RequestDirectives.of(Fields.of(name, value)))).isEqualTo(expected);
    }

    @Test
    @DisplayName("RFC 9111 §5.4: Pragma counts only without Cache-Control")
    void requestPragma() {
        Fields both = Fields.of("Pragma", "no-cache", "Cache-Control", "nothing-to-see-here");

        assertThat(RequestDirectives.of(both)).isEqualTo(RequestDirectives.NONE);
    }

    private static Fields fields(String name, String lines) {
        return Fields.builder()
                .addAll(
                        name,
                        Arrays.stream(lines.split("¦", -1)).map(String::strip).toList())
                .build();
    }

    private static String said(ResponseDirectives directives) {
        List<String> said = new ArrayList<>();
        if (directives.targeted()) {
            said.add("targeted");
        }
        add(said, "s-maxage", directives.sMaxAge());
        add(said, "max-age", directives.maxAge());
        said.addAll(directives.flags().stream().map(Flag::word).collect(Collectors.toList()));
        add(said, "swr", directives.staleWhileRevalidate());
        add(said, "sie", directives.staleIfError());
        if (!directives.withheld().isEmpty()) {
            said.add("without");
            said.addAll(directives.withheld());
        }
        return String.join(" ", said);
    }

    private static String said(RequestDirectives directives) {
        List<String> said = new ArrayList<>();
        if (directives.noCache()) {
            said.add("no-cache");
        }
        if (directives.noStore()) {
            said.add("no-store");
        }
        if (directives.onlyIfCached()) {
            said.add("only-if-cached");
        }
        add(said, "max-age", directives.maxAge());
        add(said, "min-fresh", directives.minFresh());
        add(said, "max-stale", directives.maxStale());
        return String.join(" ", said);
    }

    private static void add(List<String> said, String name, @Nullable Duration value) {
        if (value != null) {
            said.add(name + "=" + value.toSeconds());
        }
    }
}
