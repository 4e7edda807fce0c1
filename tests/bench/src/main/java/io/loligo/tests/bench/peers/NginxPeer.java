package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** nginx with proxy_cache on tmpfs, which sendfile reads. */
final class NginxPeer implements Peer {
    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("nginx", "nginx-light");
    }

    @Override
    public String version() throws IOException {
        return Programs.output(Programs.path("nginx"), "-v")
                .replaceFirst("(?s).*version: (\\S+).*", "$1")
                .replace('/', ' ');
    }

    @Override
    public Launch prepare(Place place, Origin origin, Setup setup) throws IOException {
        String log = setup.log() ? place.file("access.log") + " combined" : "off";
        Files.writeString(
                place.file("nginx.conf"),
                NginxConf.main(place.directory(), place.threads(), log)
                        + """
                            proxy_cache_path %s/cache levels=1:2 keys_zone=pages:64m max_size=%dm inactive=1d use_temp_path=off;
                            upstream origin {
                                server 127.0.0.1:%d;
                                keepalive 256;
                                keepalive_requests 1000000000;
                            }
                            proxy_http_version 1.1;
                            proxy_set_header Connection "";
                            proxy_set_header Host $host;
                            proxy_cache_key $scheme$host$request_uri;
                            proxy_cache_lock on;
                            proxy_cache_revalidate on;
                            server {
                                listen 127.0.0.1:%d backlog=4096;
                                location / {
                                    proxy_pass http://origin;
                                    proxy_cache pages;
                                }
                                location /pass/ { proxy_pass http://origin; }
                                location /v/ {
                                    # It stores nothing that says max-age=0; the origin has another word for it.
                                    proxy_pass http://origin;
                                    proxy_cache pages;
                                    proxy_ignore_headers Cache-Control;
                                }
                            }
                        }
                        """.formatted(place.directory(), setup.memoryMegabytes(), origin.port(), place.port()));
        return new Launch(List.of(
                Programs.path("nginx"),
                "-e",
                place.file("error.log").toString(),
                "-p",
                place.directory().toString(),
                "-c",
                place.file("nginx.conf").toString()));
    }
}
