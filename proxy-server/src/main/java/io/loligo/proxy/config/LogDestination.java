package io.loligo.proxy.config;

import java.nio.file.Path;

/** Where the lines of an access_log go. */
public sealed interface LogDestination {
    /** {@code none}: nowhere, and the access_log lines after it are not asked. */
    record None() implements LogDestination {}

    /** {@code stdio:} and {@code daemon:}: to a file. */
    record File(Path path) implements LogDestination {}

    /** {@code tcp:}: one line after the other over a connection. */
    record Tcp(Address collector) implements LogDestination {}

    /** {@code udp:}: each line as a datagram. */
    record Udp(Address collector) implements LogDestination {}

    /**
     * {@code syslog:FACILITY.SEVERITY}: to syslog_server, each line as a message of RFC 3164.
     *
     * @param priority the facility's number times 8 and the severity's
     */
    record Syslog(int priority) implements LogDestination {}

    /**
     * A collector's address.
     *
     * @param host a name or an address, an IPv6 address without its brackets
     * @param port 1 to 65535
     */
    record Address(String host, int port) {
        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }
}
