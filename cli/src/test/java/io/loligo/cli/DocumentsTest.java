package io.loligo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The project's Markdown files: their links lead somewhere, and README.md is short. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int README_BYTES_MAX = 8_192;

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern WITH_SCHEME = Pattern.compile("[a-z]+:.*");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
    private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");
    /** What GitHub leaves out of a heading's anchor. */
    private static final Pattern NOT_IN_ANCHOR = Pattern.compile("[^\\p{L}\\p{N}_ -]");

    @Test
    @DisplayName("README.md has at most 8,192 bytes and the two commands, word for word")
    void readme() throws IOException {
        Path readme = ROOT.resolve("README.md");

        assertThat(Files.size(readme)).isLessThanOrEqualTo(README_BYTES_MAX);
        assertThat(Files.readString(readme))
                .contains("./mvnw -q -DskipTests package && cli/target/loligo demo")
                .contains("./mvnw verify\n");
    }

    static Stream<Arguments> documents() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                boolean built = name.equals("target") || (name.startsWith(".") && !directory.equals(ROOT));
                return built ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found.stream()
                .sorted()
                .map(file -> arguments(ROOT.relativize(file).toString(), file));
    }

    @DisplayName("every relative link leads to a file, and its anchor to a heading")
    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void links(String name, Path file) throws IOException {
        assertThat(brokenLinks(file)).isEmpty();
    }

    private static List<String> brokenLinks(Path file) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String line : prose(file)) {
            Matcher link = LINK.matcher(INLINE_CODE.matcher(line).replaceAll("`"));
            while (link.find()) {
                String target = link.group(1);
                if (!WITH_SCHEME.matcher(target).matches() && !resolves(file, target)) {
                    broken.add(target);
                }
            }
        }
        return broken;
    }

    private static boolean resolves(Path file, String target) throws IOException {
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path to = path.isEmpty() ? file : file.resolveSibling(path).normalize();
        if (!Files.exists(to) || !to.startsWith(ROOT)) {
            return false;
        }
        return hash < 0 || (Files.isRegularFile(to) && anchors(to).contains(target.substring(hash + 1)));
    }

    private static Set<String> anchors(Path file) throws IOException {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : prose(file)) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String anchor = anchor(heading.group(1));
                int earlier = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(earlier == 0 ? anchor : anchor + "-" + earlier);
            }
        }
        return anchors;
    }

    private static String anchor(String heading) {
        return NOT_IN_ANCHOR
                .matcher(heading.strip().toLowerCase(Locale.ROOT))
                .replaceAll("")
                .replace(' ', '-');
    }

    /** The lines that are no code. */
    private static List<String> prose(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean fenced = false;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("```")) {
                fenced = !fenced;
            } else if (!fenced && !line.startsWith("    ")) {
                lines.add(line);
            }
        }
        return lines;
    }

    @DisplayName("an anchor is made of its heading as GitHub makes it")
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', textBlock = """
            After a crash                  | after-a-crash
            What a JVM cannot do           | what-a-jvm-cannot-do
            Purges and the admin listener  | purges-and-the-admin-listener
            squid.conf: a `http_port` line | squidconf-a-http_port-line
            """)
    void anchors(String heading, String anchor) {
        assertThat(anchor(heading)).isEqualTo(anchor);
    }
}
