package io.loligo.proxy.config;

import java.nio.file.Path;

/** {@code loligo check}: reads a configuration exactly as {@code run} does, and reports instead of starting. */
public final class ConfigurationCheck {
    private ConfigurationCheck() {}

    /** Every problem of {@code file}, never an exception for what stands in it. */
    public static CheckReport check(Path file, LoadOptions options) {
        return new CheckReport(file, ConfigurationLoader.load(file, options).problems());
    }
}
