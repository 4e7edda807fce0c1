package io.loligo.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of reading a configuration file.
 *
 * @param configuration the configuration; null when any problem is an error
 * @param problems everything there is to say, in the order of the files' lines
 */
public record Loaded(@Nullable Configuration configuration, List<Problem> problems) {}
