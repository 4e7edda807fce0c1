package io.loligo.proxy.config;

import io.loligo.proxy.config.Problem.Kind;
import io.loligo.proxy.config.Problem.Severity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/**
 * Reads squid.conf's dialect into directives: comments, continued lines, include, if/else/endif, macros and both ways
 * of quoting. Knows no directive but those that steer the reading. What it cannot read becomes a problem, never an
 * exception.
 */
final class ConfigReader {
    /** Directives that read their quotes themselves. */
    private static final Set<String> OWN_QUOTES = Set.of(
            "logformat",
            "request_header_add",
            "reply_header_add",
            "request_header_replace",
            "header_replace",
            "reply_header_replace");

    /** Squid's own limit on include within include. */
    static final int INCLUDE_DEPTH_MAX = 16;
    /** Files read altogether: an include that includes itself by a glob would otherwise grow without end. */
    static final int FILES_MAX = 1_000;
    /** The size of one file, of configuration or of a list. */
    static final int FILE_BYTES_MAX = 64 << 20;
    /** Directives altogether. */
    static final int DIRECTIVES_MAX = 1_000_000;

    private final LoadOptions options;
    private final List<Directive> directives = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Deque<Condition> conditions = new ArrayDeque<>();
    private boolean quotedValues;
    private int filesRead;

    private ConfigReader(LoadOptions options) {
        this.options = options;
    }

    /** What a file holds. */
    record Lines(List<Directive> directives, List<Problem> problems) {}

    /**
     * An open if.
     *
     * @param where its line
     * @param outer whether everything around it is in force
     * @param own whether its own present branch is
     */
    private record Condition(SourceLocation where, boolean outer, boolean own, boolean hasElse, boolean warned) {
        boolean inForce() {
            return outer && own;
        }
    }

    static Lines read(Path file, LoadOptions options) {
        ConfigReader reader = new ConfigReader(options);
        reader.file(file, file.toString(), new SourceLocation(file.toString(), 0), 0);
        return new Lines(List.copyOf(reader.directives), List.copyOf(reader.problems));
    }

    /** Reads {@code text} as if it were the file {@code name}. */
    static Lines readText(String name, String text, LoadOptions options) {
        ConfigReader reader = new ConfigReader(options);
        reader.lines(name, text, 0);
        return new Lines(List.copyOf(reader.directives), List.copyOf(reader.problems));
    }

    private void file(Path path, String name, SourceLocation from, int depth) {
        if (++filesRead > FILES_MAX) {
            if (filesRead == FILES_MAX + 1) {
                error(from, "more than " + FILES_MAX + " files are included; the rest is not read");
            }
            return;
        }
        String text;
        try {
            text = text(path);
        } catch (IOException e) {
            error(from, "cannot read " + name + ": " + reason(e));
            return;
        }
        lines(name, text, depth);
    }

    private void lines(String name, String text, int depth) {
        int conditionsBefore = conditions.size();
        StringBuilder joined = new StringBuilder();
        boolean joining = false;
        int first = 0;
        int number = 0;
        for (Iterator<String> physical = text.lines().iterator(); physical.hasNext(); ) {
            String line = physical.next();
            number++;
            // Squid looks at comments in the first column before it joins lines, so they may stand between the parts.
            if (line.startsWith("#") || (line.isEmpty() && joining)) {
                continue;
            }
            if (!joining) {
                first = number;
            }
            joined.append(joining ? line.stripLeading() : line);
            joining = joined.length() > 0 && joined.charAt(joined.length() - 1) == '\\';
            if (joining) {
                joined.setLength(joined.length() - 1);
                continue;
            }
            line(new SourceLocation(name, first), joined.toString().strip(), depth);
            joined.setLength(0);
        }
        if (joining) {
            SourceLocation where = new SourceLocation(name, first);
            warning(where, Kind.DOUBTFUL, "the last line ends in a backslash, but nothing follows");
            line(where, joined.toString().strip(), depth);
        }
        while (conditions.size() > conditionsBefore) {
            error(conditions.pop().where(), "if without endif");
        }
    }

    private void line(SourceLocation where, String line, int depth) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        String text = macros(where, line);
        int nameEnd = 0;
        while (nameEnd < text.length() && !Words.isBlank(text.charAt(nameEnd))) {
            nameEnd++;
        }
        String name = text.substring(0, nameEnd);
        String rest = text.substring(nameEnd).strip();
        switch (name) {
            case "if" -> begin(where, rest);
            case "else" -> otherwise(where);
            case "endif" -> end(where);
            default -> directive(where, name, rest, depth);
        }
    }

    private void directive(SourceLocation where, String name, String rest, int depth) {
        if (!inForce()) {
            warnWhereSquidDiffers(where);
            return;
        }
        List<Word> words = Words.split(rest, quotedValues, complaint -> {
            // What is not made of words may have a quote that stands alone.
            if (!OWN_QUOTES.contains(name)) {
                add(Severity.ERROR, Kind.VALUE, where, complaint);
            }
        });
        if (name.equals("include")) {
            include(where, words, depth);
            return;
        }
        if (name.equals("configuration_includes_quoted_values")) {
            quotedValues = words.size() == 1
                    && Values.onOff(words.get(0).text()).map(Values.OnOff::on).orElse(false);
        }
        if (directives.size() == DIRECTIVES_MAX) {
            error(where, "more than " + DIRECTIVES_MAX + " directives");
        }
        if (directives.size() <= DIRECTIVES_MAX) {
            directives.add(new Directive(name, words, rest, where));
        }
    }

    private void include(SourceLocation where, List<Word> words, int depth) {
        if (words.isEmpty()) {
            error(where, "include needs a file");
        }
        for (Word word : words) {
            if (depth + 1 >= INCLUDE_DEPTH_MAX) {
                error(where, "include is nested more than " + INCLUDE_DEPTH_MAX + " deep");
                return;
            }
            List<Path> found = glob(where, word.text());
            if (found.isEmpty()) {
                error(where, "include: there is no file " + word.text());
            }
            for (Path path : found) {
                file(path, path.toString(), where, depth + 1);
            }
        }
    }

    private List<Path> glob(SourceLocation where, String pattern) {
        try {
            Path path = resolve(pattern, where, options);
            if (Files.exists(path)) {
                return List.of(path);
            }
            if (pattern.chars().noneMatch(c -> "*?[{".indexOf(c) >= 0)) {
                return List.of();
            }
        } catch (InvalidPathException e) {
            error(where, "include: not a file name: " + pattern);
            return List.of();
        }
        if (pattern.startsWith("/")) {
            return expand(where, pattern, Path.of("/"));
        }
        List<Path> matches = expand(where, pattern, options.workingDirectory());
        return matches.isEmpty() ? expand(where, pattern, directoryOf(where)) : matches;
    }

    /** Expands a pattern part by part, as glob(3) does: a wildcard matches within one directory, sorted by name. */
    private List<Path> expand(SourceLocation where, String pattern, Path from) {
        List<Path> present = List.of(from);
        for (String part : pattern.split("/", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            List<Path> next = new ArrayList<>();
            for (Path directory : present) {
                boolean wild = part.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
                if (!wild) {
                    if (Files.exists(directory.resolve(part))) {
                        next.add(directory.resolve(part));
                    }
                    continue;
                }
                if (!Files.isDirectory(directory)) {
                    continue;
                }
                List<Path> matches = new ArrayList<>();
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, part)) {
                    for (Path entry : entries) {
                        if (part.startsWith(".")
                                || !entry.getFileName().toString().startsWith(".")) {
                            matches.add(entry);
                        }
                    }
                } catch (IOException | UncheckedIOException e) {
                    error(where, "include: cannot list " + directory + ": " + e.getMessage());
                } catch (PatternSyntaxException e) {
                    error(where, "include: not a file name pattern: " + pattern);
                }
                matches.sort(null);
                next.addAll(matches);
            }
            present = next;
        }
        return present;
    }

    private void begin(SourceLocation where, String expression) {
        conditions.push(new Condition(where, inForce(), truth(where, expression), false, false));
    }

    private void otherwise(SourceLocation where) {
        if (conditions.isEmpty()) {
            error(where, "else without if");
            return;
        }
        Condition now = conditions.pop();
        if (now.hasElse()) {
            error(where, "a second else for the if on line " + now.where().line());
        }
        conditions.push(new Condition(now.where(), now.outer(), !now.own(), true, now.warned()));
    }

    private void end(SourceLocation where) {
        if (conditions.isEmpty()) {
            error(where, "endif without if");
            return;
        }
        conditions.pop();
    }

    private boolean inForce() {
        return conditions.isEmpty() || conditions.peek().inForce();
    }

    /** Squid 5.7 asks the innermost if only, so it would read this line. */
    private void warnWhereSquidDiffers(SourceLocation where) {
        Condition innermost = conditions.pop();
        if (innermost.own() && !innermost.warned()) {
            warning(
                    where,
                    Kind.DOUBTFUL,
                    "skipped, as an outer if is false; Squid 5 looks at the innermost if only and reads it");
        }
        conditions.push(new Condition(
                innermost.where(), innermost.outer(), innermost.own(), innermost.hasElse(), innermost.own()));
    }

    private boolean truth(SourceLocation where, String expression) {
        String text = expression.strip();
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        int equals = text.indexOf('=');
        Optional<Long> left =
                Values.integer(equals < 0 ? text : text.substring(0, equals).strip());
        Optional<Long> right = equals < 0
                ? Optional.of(0L)
                : Values.integer(text.substring(equals + 1).strip());
        if (left.isEmpty() || right.isEmpty()) {
            error(where, "if needs true, false, a number or NUMBER = NUMBER, not: " + text);
            return false;
        }
        return equals < 0 ? left.get() != 0 : left.get().equals(right.get());
    }

    private String macros(SourceLocation where, String line) {
        int open = line.indexOf("${");
        if (open < 0) {
            return line;
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (open >= 0) {
            int close = line.indexOf('}', open);
            if (close < 0) {
                break;
            }
            text.append(line, at, open);
            String name = line.substring(open + 2, close);
            switch (name) {
                case "process_name" -> text.append(options.processName());
                case "process_number" -> text.append(options.processNumber());
                case "service_name" -> text.append(options.serviceName());
                default -> {
                    // A regular expression may end in ${ too: leave what is no macro's name.
                    text.append(line, open, close + 1);
                    if (name.chars().allMatch(c -> c == '_' || Character.isLowerCase(c)) && !name.isEmpty()) {
                        warning(where, Kind.DOUBTFUL, "there is no macro ${" + name + "}");
                    }
                }
            }
            at = close + 1;
            open = line.indexOf("${", at);
        }
        return text.append(line, at, line.length()).toString();
    }

    /** A relative name is relative to the working directory, as in Squid; failing that, to the file it stands in. */
    static Path resolve(String name, SourceLocation where, LoadOptions options) {
        Path path = Path.of(name);
        if (path.isAbsolute()) {
            return path;
        }
        Path fromHere = options.workingDirectory().resolve(path);
        Path besideFile = directoryOf(where).resolve(path);
        return !Files.exists(fromHere) && Files.exists(besideFile) ? besideFile : fromHere;
    }

    private static Path directoryOf(SourceLocation where) {
        Path parent = Path.of(where.file()).getParent();
        return parent == null ? Path.of("") : parent;
    }

    /** The text of a file: UTF-8, or Latin-1 where it is not. */
    static String text(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException("it is a directory");
        }
        byte[] bytes;
        try (var in = Files.newInputStream(path)) {
            bytes = in.readNBytes(FILE_BYTES_MAX + 1);
        }
        if (bytes.length > FILE_BYTES_MAX) {
            throw new IOException("it is larger than " + FILE_BYTES_MAX + " bytes");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    /** The words of a list file: one or several a line, # starts a comment. */
    static List<String> listFile(Path path) throws IOException {
        List<String> items = new ArrayList<>();
        text(path)
                .lines()
                .forEach(line -> Words.split(line, false, complaint -> {}).forEach(word -> items.add(word.text())));
        return items;
    }

    /** What an exception of the file system says, in words. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return String.valueOf(e.getMessage());
    }

    private void error(SourceLocation where, String message) {
        add(Severity.ERROR, Kind.FILE, where, message);
    }

    private void warning(SourceLocation where, Kind kind, String message) {
        add(Severity.WARNING, kind, where, message);
    }

    private void add(Severity severity, Kind kind, SourceLocation where, String message) {
        problems.add(new Problem(severity, kind, where, message));
    }
}
