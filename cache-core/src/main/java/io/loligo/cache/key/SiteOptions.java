package io.loligo.cache.key;

import org.jspecify.annotations.Nullable;

/**
 * The options of an http_port that decide which URI a request is about. Squid's http_port.
 *
 * @param scheme protocol= in lower case: {@code http} or {@code https}
 * @param listeningPort the port the request arrived at, 1 to 65535
 * @param defaultSite defaultsite= in lower case, or null
 * @param defaultSitePort the port given in defaultsite=, or 0
 * @param vhost whether the request names the site; otherwise it is always {@code defaultSite}
 * @param vport -1: the URI's port is the request's; 0: the listening port; else this number
 * @param visibleHostname visible_hostname in lower case: the site where there is neither Host nor defaultsite
 */
public record SiteOptions(
        String scheme,
        int listeningPort,
        @Nullable String defaultSite,
        int defaultSitePort,
        boolean vhost,
        int vport,
        String visibleHostname) {}
