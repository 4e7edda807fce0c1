package io.loligo.proxy.admin;

import java.util.List;

/**
 * How reading the configuration again ended.
 *
 * @param applied whether the new configuration is in force; if not, the old one is
 * @param problems what was found, one line each with file and line; may hold warnings when it was applied
 */
public record ReloadResult(boolean applied, List<String> problems) {}
