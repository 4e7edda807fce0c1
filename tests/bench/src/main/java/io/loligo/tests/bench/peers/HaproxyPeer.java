package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** HAProxy with its small-object cache made as large as the others'. */
final class HaproxyPeer implements Peer {
    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public String title() {
        return "HAProxy";
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("haproxy", "haproxy");
    }

    @Override
    public String version() throws IOException {
        return Programs.output(Programs.path("haproxy"), "-v").replaceFirst("(?s).*?version ([0-9.]+).*", "haproxy $1");
    }

    @Override
    public Path accessLog(Place place) {
        return place.file("output");
    }

    @Override
    public boolean keepsFiles() {
        return false;
    }

    @Override
    public Launch prepare(Place place, Origin origin, Setup setup) throws IOException {
        String log = setup.log() ? """
                    log stdout format raw local0
                    capture request header Referer len 128
                    capture request header User-Agent len 128
                    log-format "%ci - - [%trl] %{+Q}r %ST %B %{+Q}[capture.req.hdr(0)] %{+Q}[capture.req.hdr(1)]"
                """ : "";
        Files.writeString(place.file("haproxy.cfg"), """
                global
                    nbthread @threads@
                    # It counts two files for each, and would take fewer clients than there may be; idle ones need one.
                    maxconn 12000
                    no strict-limits
                defaults
                    mode http
                    timeout connect 5s
                    timeout client 300s
                    timeout server 60s
                    timeout http-keep-alive 300s
                    http-reuse always
                    option abortonclose
                cache pages
                    total-max-size @megabytes@
                    max-object-size @largest@
                    max-age 86400
                    process-vary on
                frontend clients
                    bind 127.0.0.1:@port@ backlog 4096
                @log@    acl pass path_beg /pass/
                    http-request cache-use pages if !pass
                    http-response cache-store pages
                    default_backend origin
                backend origin
                    server origin 127.0.0.1:@origin@ pool-max-conn -1
                """.replace("@threads@", "" + place.threads())
                .replace("@megabytes@", "" + setup.memoryMegabytes())
                .replace("@largest@", "" + Math.min(64L << 20, ((long) setup.memoryMegabytes() << 20) / 2))
                .replace("@port@", "" + place.port())
                .replace("@log@", log)
                .replace("@origin@", "" + origin.port()));
        return new Launch(List.of(
                Programs.path("haproxy"), "-db", "-f", place.file("haproxy.cfg").toString()));
    }
}
