package io.loligo.proxy.config;

import io.loligo.proxy.access.HostNames;
import io.loligo.proxy.config.ConfigReader.Lines;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** From a squid.conf to a {@link Configuration}: read, compile, report. Reads files and resolves names; blocks. */
public final class ConfigurationLoader {
    private ConfigurationLoader() {}

    /**
     * Reads {@code file}. What is wrong with it, or with files it includes, becomes problems; there is a configuration
     * unless one of them is an error.
     */
    public static Loaded load(Path file, LoadOptions options) {
        return compile(
                file, ConfigReader.read(file, options), options, HostNames.SYSTEM, ConfigurationLoader::hostName);
    }

    /** Reads {@code text} as if it stood in {@code file}. */
    static Loaded loadText(Path file, String text, LoadOptions options, HostNames names, Supplier<String> hostName) {
        return compile(file, ConfigReader.readText(file.toString(), text, options), options, names, hostName);
    }

    private static Loaded compile(
            Path file, Lines lines, LoadOptions options, HostNames names, Supplier<String> hostName) {
        Problems problems = new Problems();
        lines.problems().forEach(problems::add);
        Configuration configuration =
                ConfigurationCompiler.compile(file, lines.directives(), options, names, hostName, problems);
        return new Loaded(problems.hasErrors() ? null : configuration, problems.inOrder());
    }

    /** This machine's name, with its domain where it is known. */
    private static String hostName() {
        try {
            InetAddress here = InetAddress.getLocalHost();
            String full = here.getCanonicalHostName();
            return full.equals(here.getHostAddress()) ? here.getHostName() : full;
        } catch (UnknownHostException e) {
            // A machine without a name still serves; the name only stands in header fields.
            return "localhost";
        }
    }
}
