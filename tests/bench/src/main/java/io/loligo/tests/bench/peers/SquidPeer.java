package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
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
        Files.writeString(
                place.file("squid.conf"),
                SharedSquidConf.lines(place, origin, setup) + cache + """
                memory_cache_shared off
                buffered_logs on
                cache_store_log none
                coredump_dir %s
                client_db off
                pinger_enable off
                shutdown_lifetime 1 second
                """.formatted(place.directory()));
        List<String> command = List.of(
                Programs.path("squid"),
                "-N",
                "-n",
                "bench" + place.port(),
                "-f",
                place.file("squid.conf").toString());
        if (setup.files()) {
            List<String> makesDirectories = new ArrayList<>(command);
            makesDirectories.add("-z");
            Programs.output(makesDirectories);
        }
        return new Launch(command);
    }
}
