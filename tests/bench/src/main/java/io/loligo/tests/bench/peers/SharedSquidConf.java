package io.loligo.tests.bench.peers;

/** What Squid and Loligo are told in the same words. */
final class SharedSquidConf {
    private SharedSquidConf() {}

    static String lines(Place place, Origin origin, Setup setup) {
        return """
                http_port 127.0.0.1:%d accel defaultsite=bench.test vhost
                cache_peer 127.0.0.1 parent %d 0 no-query no-digest no-netdb-exchange originserver name=origin
                acl PURGE method PURGE
                acl pass urlpath_regex ^/pass/
                cache deny pass
                http_access allow all
                visible_hostname bench.test
                maximum_object_size 64 MB
                maximum_object_size_in_memory 64 MB
                access_log %s
                cache_log %s/cache.log
                pid_filename %4$s/pid
                """.formatted(
                        place.port(),
                        origin.port(),
                        setup.log() ? "stdio:" + place.file("access.log") + " combined" : "none",
                        place.directory());
    }
}
