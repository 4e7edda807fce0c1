package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.config.ConfigReader.Lines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
    private static final LoadOptions OPTIONS = new LoadOptions(false, "loligo", 2, "edge", Path.of(""));

    /** Line ends are written as /, words come out parted by commas, directives by spaces. */
    @DisplayName("the dialect")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiterString = " ~ ", ignoreLeadingAndTrailingWhitespace = true, nullValues = "-", textBlock = """
            a directive and its words             ~ 'a b  c'                               ~ a,b,c
            blanks and tabs before it             ~ ' \ta b'                               ~ a,b
            a comment line                        ~ '# a b§ # c§d e'                       ~ d,e
            a comment behind                      ~ 'a b # c'                              ~ a,b
            a # within a word is a letter         ~ 'a b#c'                                ~ a,b#c
            empty lines                           ~ '§§a b§§'                              ~ a,b
            DOS line ends                         ~ 'a b\r§c d\r§'                         ~ a,b c,d
            a continued line                      ~ 'a b \\§  c'                           ~ a,b,c
            a word over two lines                 ~ 'a b\\§c'                              ~ a,bc
            a comment between the parts           ~ 'a b \\§# x§c'                         ~ a,b,c
            a last line without its end           ~ 'a b§c d'                              ~ a,b c,d
            macros                                ~ 'a ${process_name}-${process_number}-${service_name}' ~ a,loligo-2-edge
            a regular expression is no macro      ~ 'a (x${3})$'                           ~ a,(x${3})$
            a quoted word is one word             ~ 'a "b c" d'                            ~ a,b c,d
            a quote within a word is a letter     ~ 'a b"c d"'                             ~ a,b"c,d"
            a backslash in it is a letter         ~ 'a "b\\c"'                             ~ a,b\\c
            strings, where the file says so       ~ 'configuration_includes_quoted_values on§a "b \\"c\\"" d' ~ configuration_includes_quoted_values,on a,b "c",d
            and only below that line              ~ 'a "b\\c"§configuration_includes_quoted_values on' ~ a,b\\c configuration_includes_quoted_values,on
            parameters() of a file                ~ 'configuration_includes_quoted_values on§a parameters("f g")' ~ configuration_includes_quoted_values,on a,f g
            if true                               ~ 'if true§a b§endif'                    ~ a,b
            if false                              ~ 'if false§a b§endif§c d'               ~ c,d
            else                                  ~ 'if false§a b§else§c d§endif'          ~ c,d
            a number                              ~ 'if 0§a b§else§c d§endif'              ~ c,d
            an equation                           ~ 'if ${process_number} = 2§a b§endif'   ~ a,b
            if within if                          ~ 'if true§if false§a b§endif§c d§endif' ~ c,d
            what an outer if excludes             ~ 'if false§if true§a b§endif§endif'     ~ ''
            even in an else                       ~ 'if false§if false§a b§else§c d§endif§endif' ~ ''
            """)
    void dialect(String rule, String text, String directives) {
        Lines lines = ConfigReader.readText("f", text.replace('§', '\n'), OPTIONS);

        assertThat(lines.directives().stream().map(ConfigReaderTest::plain).collect(Collectors.joining(" ")))
                .isEqualTo(directives);
    }

    private static String plain(Directive directive) {
        return directive.words().isEmpty()
                ? directive.name()
                : directive.name() + "," + String.join(",", directive.texts());
    }

    @DisplayName("what does not fit together is said with its line")
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            'a§else'                             ~ f:2: error: else without if (file)
            'endif'                              ~ f:1: error: endif without if (file)
            'a§if true§b'                        ~ f:2: error: if without endif (file)
            'if true§else§else§endif'            ~ f:3: error: a second else for the if on line 1 (file)
            'if maybe§endif'                     ~ f:1: error: if needs true, false, a number or NUMBER = NUMBER, not: maybe (file)
            'if false§if true§a§endif§endif'     ~ f:3: warning: skipped, as an outer if is false; Squid 5 looks at the innermost if only and reads it (doubtful)
            'a ${nobody}'                        ~ f:1: warning: there is no macro ${nobody} (doubtful)
            'a "b'                               ~ f:1: error: a quote does not close: "b (value)
            'a \\§'                              ~ f:1: warning: the last line ends in a backslash, but nothing follows (doubtful)
            'include'                            ~ f:1: error: include needs a file (file)
            'include /nowhere/x.conf'            ~ f:1: error: include: there is no file /nowhere/x.conf (file)
            'include /nowhere/*.conf'            ~ f:1: error: include: there is no file /nowhere/*.conf (file)
            """)
    void problems(String text, String problem) {
        Lines lines = ConfigReader.readText("f", text.replace('§', '\n'), OPTIONS);

        assertThat(lines.problems()).singleElement().hasToString(problem);
    }

    @Test
    @DisplayName("include reads files and globs in order, each directive with its own file and line")
    void include(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("squid.conf"), "a 1\ninclude sub/*.conf more.conf\nz 9\n");
        Files.createDirectory(directory.resolve("sub"));
        Files.writeString(directory.resolve("sub/20.conf"), "c 3\n");
        Files.writeString(directory.resolve("sub/10.conf"), "\nb 2\n");
        Files.writeString(directory.resolve("sub/ignored.txt"), "x\n");
        Files.writeString(directory.resolve("more.conf"), "d 4\n");

        Lines lines = ConfigReader.read(directory.resolve("squid.conf"), OPTIONS.withWorkingDirectory(directory));

        assertThat(lines.problems()).isEmpty();
        assertThat(lines.directives()).extracting(Directive::text).containsExactly("a 1", "b 2", "c 3", "d 4", "z 9");
        assertThat(lines.directives().get(1).where())
                .isEqualTo(new SourceLocation(directory.resolve("sub/10.conf").toString(), 2));
    }

    @Test
    @DisplayName("a relative include that is not in the working directory is looked for beside its file")
    void include_beside_the_file(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("squid.conf"), "include more.conf\ninclude m*.conf\n");
        Files.writeString(directory.resolve("more.conf"), "d 4\n");

        Lines lines = ConfigReader.read(directory.resolve("squid.conf"), OPTIONS);

        assertThat(lines.directives()).extracting(Directive::text).containsExactly("d 4", "d 4");
    }

    @Test
    @DisplayName("include of itself ends at depth 16, and the number of files is limited")
    void endless_includes(@TempDir Path directory) throws IOException {
        Path one = directory.resolve("one.conf");
        Files.writeString(one, "a\ninclude " + one + "\n");
        Lines deep = ConfigReader.read(one, OPTIONS);
        assertThat(deep.directives()).hasSize(ConfigReader.INCLUDE_DEPTH_MAX);
        assertThat(deep.problems()).singleElement().asString().contains("more than 16 deep");

        Path two = directory.resolve("two.conf");
        Files.writeString(two, "a\ninclude " + two + " " + two + "\n");
        Lines wide = ConfigReader.read(two, OPTIONS);
        assertThat(wide.directives()).hasSize(ConfigReader.FILES_MAX);
        assertThat(wide.problems()).anyMatch(p -> p.message().contains("1000 files"));
    }

    @Test
    @DisplayName("a file that cannot be read is a problem, not an exception")
    void unreadable(@TempDir Path directory) {
        assertThat(ConfigReader.read(directory, OPTIONS).problems())
                .singleElement()
                .asString()
                .contains("it is a directory");
        assertThat(ConfigReader.read(directory.resolve("none"), OPTIONS).problems())
                .singleElement()
                .asString()
                .contains("there is no such file");
    }

    @Test
    @DisplayName("bytes that are not UTF-8 are read as Latin-1, and a byte order mark is skipped")
    void encodings(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("f");
        Files.write(file, new byte[] {'a', ' ', (byte) 0xe9, '\n'});
        assertThat(ConfigReader.read(file, OPTIONS).directives().get(0).texts()).isEqualTo(List.of("\u00e9"));
        Files.writeString(file, "\ufeffa \u00e9\n");
        assertThat(ConfigReader.read(file, OPTIONS).directives().get(0).text()).isEqualTo("a \u00e9");
    }

    @DisplayName("sizes and times with their units")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            64 MB             | 67108864  | -
            64MB              | 67108864  | -
            1.5 KB            | 1536      | -
            10 bytes          | 10        | -
            10                | 10        | PT10S
            2 gb              | 2147483648| -
            1 second          | -         | PT1S
            2 minutes         | -         | PT2M
            1 fortnight       | -         | PT336H
            0.5 hours         | -         | PT30M
            250 milliseconds  | -         | PT0.25S
            5 parsecs         | -         | -
            ten MB            | -         | -
            1 2 MB            | -         | -
            99999999999999999999 GB | -   | -
            """)
    void units(String text, Long bytes, String time) {
        List<String> words = List.of(text.split(" ", -1));

        assertThat(Values.bytes(words).map(Values.Measured::value).orElse(null)).isEqualTo(bytes);
        assertThat(Values.time(words).map(t -> t.value().toString()).orElse(null))
                .isEqualTo(time);
    }
}
