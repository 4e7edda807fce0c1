package io.loligo.proxy;

import java.nio.file.Path;

/**
 * The command-line options of a server.
 *
 * @param configFile the squid.conf to read
 * @param strict whether a configuration without an http_access line denies every request, as Squid does
 */
public record ServerOptions(Path configFile, boolean strict) {}
