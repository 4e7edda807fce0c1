package io.loligo.proxy.config;

import java.nio.file.Path;

/**
 * What the command line adds to a configuration file.
 *
 * @param strict Squid's defaults to the letter: without an http_access line everything is denied
 * @param processName {@code ${process_name}}
 * @param processNumber {@code ${process_number}}
 * @param serviceName {@code ${service_name}}
 * @param workingDirectory what relative paths in the file are relative to
 */
public record LoadOptions(
        boolean strict, String processName, int processNumber, String serviceName, Path workingDirectory) {
    public static final LoadOptions DEFAULT = new LoadOptions(false, "loligo", 0, "loligo", Path.of(""));

    public LoadOptions withStrict(boolean on) {
        return new LoadOptions(on, processName, processNumber, serviceName, workingDirectory);
    }

    public LoadOptions withServiceName(String name) {
        return new LoadOptions(strict, processName, processNumber, name, workingDirectory);
    }

    public LoadOptions withWorkingDirectory(Path directory) {
        return new LoadOptions(strict, processName, processNumber, serviceName, directory);
    }
}
