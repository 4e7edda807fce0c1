package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Varnish with its store in memory; varnishncsa writes the log, and its time counts. */
final class VarnishPeer implements Peer {
    @Override
    public String name() {
        return "varnish";
    }

    @Override
    public String title() {
        return "Varnish";
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("varnishd", "varnish").or(() -> Programs.missing("varnishncsa", "varnish"));
    }

    @Override
    public String version() throws IOException {
        return Programs.output(Programs.path("varnishd"), "-V")
                .replaceFirst("(?s).*\\((varnish-[0-9.]+).*", "$1")
                .replace('-', ' ');
    }

    @Override
    public boolean keepsFiles() {
        return false;
    }

    @Override
    public Launch prepare(Place place, Origin origin, Setup setup) throws IOException {
        Files.writeString(place.file("bench.vcl"), """
                vcl 4.1;
                backend origin { .host = "127.0.0.1"; .port = "%d"; }
                sub vcl_recv {
                    if (req.method == "PURGE") { return (purge); }
                    if (req.url ~ "^/pass/") { return (pass); }
                }
                sub vcl_backend_response {
                    if (bereq.url ~ "^/v/") {
                        # It validates nothing whose lifetime has always been 0.
                        set beresp.ttl = 1ms;
                        set beresp.grace = 0s;
                        set beresp.keep = 1h;
                        return (deliver);
                    }
                }
                """.formatted(origin.port()));
        String instance = place.file("instance").toString();
        List<List<String>> companions = new ArrayList<>();
        if (setup.log()) {
            companions.add(List.of(
                    Programs.path("varnishncsa"),
                    "-n",
                    instance,
                    "-w",
                    place.file("access.log").toString()));
        }
        List<String> command = List.of(
                Programs.path("varnishd"),
                "-F",
                "-a",
                "127.0.0.1:" + place.port(),
                "-T",
                "none",
                "-f",
                place.file("bench.vcl").toString(),
                "-s",
                "malloc," + setup.memoryMegabytes() + "m",
                "-n",
                instance,
                "-p",
                "vsl_mask=-VCL_trace");
        return new Launch(command, companions, Map.of());
    }
}
