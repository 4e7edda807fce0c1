package io.loligo.proxy;

import java.nio.file.Path;

/**
 * How a server is started.
 *
 * @param configFile the squid.conf
 * @param strict without an http_access line everything is denied, as Squid does
 */
public record ServerOptions(Path configFile, boolean strict) {}
