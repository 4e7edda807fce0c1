package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** Squid with its memory cache; in files, aufs. */
final class SquidPeer implements Peer {
    @Override
    public String name() {
        return "squid";
    }

    @Override
    public String title() {
        return "Squid";
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("squid", "squid");
    }

    @Override
    public String version() throws IOException {
        return Programs.output(Programs.path("squid"), "-v").replaceFirst("(?s).*?Version (\\S+).*", "squid $1");
    }

    @Override
    public Launch prepare(Place place, Origin origin, Setup setup) throws IOException {
        String cache = "cache_mem " + setup.memoryMegabytes() + " MB\n";
        if (setup.files()) {
            cache = "cache_mem 8 MB\ncache_dir aufs " + place.file("cache") + " " + setup.memoryMegabytes()
                    + " 16 256\n";
        }
        Files.writeString(place.file("squid.conf"), """
                http_port 127.0.0.1:%d accel defaultsite=bench.test vhost
                cache_peer 127.0.0.1 parent %d 0 no-query no-digest no-netdb-exchange originserver name=origin
                acl PURGE method PURGE
                acl pass urlpath_regex ^/pass/
                cache deny pass
                http_access allow all
                visible_hostname bench.test
                maximum_object_size 64 MB
                maximum_object_size_in_memory 64 MB
                %smemory_cache_shared off
                access_log %s
                buffered_logs on
                cache_log %s/cache.log
                cache_store_log none
                pid_filename %6$s/pid
                coredump_dir %6$s
                client_db off
                pinger_enable off
                shutdown_lifetime 1 second
                """.formatted(
                        place.port(),
                        origin.port(),
                        cache,
                        setup.log() ? "stdio:" + place.file("access.log") + " combined" : "none",
                        place.directory(),
                        place.directory()));
        return new Launch(List.of(
                Programs.path("squid"),
                "-N",
                "-n",
                "bench" + place.port(),
                "-f",
                place.file("squid.conf").toString()));
    }
}
