package io.loligo.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * One http_port line. spec: Squid's http_port.
 *
 * @param host the address or name to listen on, or null for every address
 * @param port 1 to 65535
 * @param name name=, by default the port as written on the line (acl myportname)
 * @param accelerated whether it is an accelerator port: accel, or one of its old implicit forms
 * @param vhost whether the Host field names the site; no-vhost makes it false
 * @param defaultSite defaultsite= host in lower case, or null
 * @param defaultSitePort the port given in defaultsite=, or 0
 * @param vport -1: the URL's port comes from Host; 0: it is the listening port; else this number
 * @param scheme protocol= in lower case: http or https
 * @param ignoreClientCacheControl ignore-cc
 * @param actAsOrigin act-as-origin: hits seem to come from the origin just now
 * @param requireProxyHeader require-proxy-header: each connection begins with a PROXY header, from a sender that
 *     proxy_protocol_access allows, else it is closed
 * @param where the line, for messages
 */
public record PortConfig(
        @Nullable String host,
        int port,
        String name,
        boolean accelerated,
        boolean vhost,
        @Nullable String defaultSite,
        int defaultSitePort,
        int vport,
        String scheme,
        boolean ignoreClientCacheControl,
        boolean actAsOrigin,
        boolean requireProxyHeader,
        SourceLocation where) {}
