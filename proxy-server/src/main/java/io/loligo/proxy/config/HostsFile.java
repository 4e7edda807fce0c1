package io.loligo.proxy.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loligo.proxy.access.AddressLiteral;
import io.loligo.proxy.config.Problem.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads hosts_file: lines of an address and its names, in the form of hosts(5). Only names that are asked for are kept. */
final class HostsFile {
    private final Problems problems;
    private final Path file;
    private final Set<String> wanted;
    private final Map<String, List<InetAddress>> found = new HashMap<>();

    private HostsFile(Path file, Set<String> wanted, Problems problems) {
        this.file = file;
        this.wanted = wanted;
        this.problems = problems;
    }

    /**
     * The addresses of those of {@code wanted} that the file names.
     *
     * @param line the hosts_file line, for messages
     * @param wanted names in lower case
     */
    static Map<String, List<InetAddress>> read(Directive line, Path file, Set<String> wanted, Problems problems) {
        HostsFile hosts = new HostsFile(file, wanted, problems);
        try (BufferedReader reader = Files.newBufferedReader(file, ISO_8859_1)) {
            int number = 0;
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                hosts.line(++number, text);
            }
        } catch (IOException e) {
            problems.warning(
                    Kind.DOUBTFUL,
                    line.where(),
                    "hosts_file " + file + " cannot be read, so peers' names are only looked up by DNS; expected a"
                            + " file with lines such as 192.0.2.1 app.example.org, or hosts_file none: " + e);
        }
        Map<String, List<InetAddress>> all = new HashMap<>();
        hosts.found.forEach((name, addresses) -> all.put(name, List.copyOf(addresses)));
        return Map.copyOf(all);
    }

    private void line(int number, String text) {
        int comment = text.indexOf('#');
        String[] words =
                (comment < 0 ? text : text.substring(0, comment)).trim().split("[ \\t]+", -1);
        if (words[0].isEmpty()) {
            return;
        }
        Optional<InetAddress> address = AddressLiteral.strict(words[0]);
        if (address.isEmpty() || words.length == 1) {
            problems.warning(
                    Kind.DOUBTFUL,
                    new SourceLocation(file.toString(), number),
                    "this line of hosts_file is passed over: expected an address and names, such as"
                            + " 192.0.2.1 app.example.org");
            return;
        }
        for (int i = 1; i < words.length; i++) {
            String name = words[i].toLowerCase(Locale.ROOT);
            if (wanted.contains(name)) {
                found.computeIfAbsent(name, any -> new ArrayList<>()).add(address.get());
            }
        }
    }
}
