package io.loligo.proxy.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Resolves the host names of an acl when the configuration is read. The system's resolver, or a test's. */
@FunctionalInterface
public interface HostNames {
    /** The system's resolver. Blocks. */
    HostNames SYSTEM = name -> {
        try {
            return List.of(InetAddress.getAllByName(name));
        } catch (UnknownHostException e) {
            return List.of();
        }
    };

    /** The addresses of {@code name}; none when it does not resolve. */
    List<InetAddress> addresses(String name);
}
