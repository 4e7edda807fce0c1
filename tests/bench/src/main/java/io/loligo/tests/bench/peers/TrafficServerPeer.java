package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Traffic Server with a RAM cache as large as its storage, which is a file on tmpfs. */
final class TrafficServerPeer implements Peer {
    @Override
    public String name() {
        return "trafficserver";
    }

    @Override
    public String title() {
        return "Traffic Server";
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("traffic_server", "trafficserver")
                .or(() -> Programs.missing("traffic_layout", "trafficserver"));
    }

    @Override
    public String version() throws IOException {
        return Programs.output(Programs.path("traffic_server"), "-V")
                .replaceFirst("(?s).*?Traffic Server ([0-9.]+).*", "trafficserver $1");
    }

    /** Its directory is written once a second, in turns, and not at a stop. */
    @Override
    public Duration writesWithin() {
        return Duration.ofSeconds(4);
    }

    @Override
    public Path accessLog(Place place) {
        return place.file("log").resolve("access.log");
    }

    @Override
    public Launch prepare(Place place, Origin origin, Setup setup) throws IOException {
        Path etc = Files.createDirectories(place.file("etc"));
        for (String directory : List.of("log", "run", "cache")) {
            Files.createDirectories(place.file(directory));
        }
        String modules = modules();
        Files.writeString(place.file("runroot.yaml"), """
                prefix: @at@
                exec_prefix: /usr
                bindir: /usr/bin
                sbindir: /usr/sbin
                sysconfdir: @at@/etc
                datadir: @at@/cache
                includedir: /usr/include
                libdir: /usr/lib
                libexecdir: @modules@
                localstatedir: @at@/run
                runtimedir: @at@/run
                logdir: @at@/log
                cachedir: @at@/cache
                """.replace(
                "@at@", place.directory().toString()).replace("@modules@", modules));
        Files.writeString(etc.resolve("records.config"), """
                CONFIG proxy.config.http.server_ports STRING @port@:ip-in=127.0.0.1
                CONFIG proxy.config.admin.user_id STRING #-1
                CONFIG proxy.config.exec_thread.autoconfig INT 0
                CONFIG proxy.config.exec_thread.limit INT @threads@
                CONFIG proxy.config.accept_threads INT 0
                CONFIG proxy.config.task_threads INT 1
                CONFIG proxy.config.cache.threads_per_disk INT 2
                CONFIG proxy.config.cache.ram_cache.size INT @megabytes@M
                CONFIG proxy.config.cache.ram_cache_cutoff INT 64M
                CONFIG proxy.config.cache.dir.sync_frequency INT 1
                CONFIG proxy.config.cache.enable_read_while_writer INT 1
                CONFIG proxy.config.http.cache.open_write_fail_action INT 5
                CONFIG proxy.config.http.cache.max_open_read_retries INT 500
                CONFIG proxy.config.http.cache.open_read_retry_time INT 10
                CONFIG proxy.config.net.connections_throttle INT 20000
                CONFIG proxy.config.net.listen_backlog INT 4096
                CONFIG proxy.config.http.keep_alive_no_activity_timeout_in INT 300
                CONFIG proxy.config.http.transaction_no_activity_timeout_in INT 300
                CONFIG proxy.config.http.keep_alive_no_activity_timeout_out INT 300
                CONFIG proxy.config.http.server_session_sharing.pool STRING thread
                CONFIG proxy.config.http.insert_response_via_str INT 0
                CONFIG proxy.config.http.negative_caching_enabled INT 0
                CONFIG proxy.config.url_remap.pristine_host_hdr INT 1
                CONFIG proxy.config.url_remap.remap_required INT 1
                CONFIG proxy.config.reverse_proxy.enabled INT 1
                CONFIG proxy.config.log.logging_enabled INT @log@
                CONFIG proxy.config.log.rolling_enabled INT 0
                CONFIG proxy.config.crash_log_helper STRING NULL
                CONFIG proxy.config.core_limit INT 0
                """.replace("@port@", "" + place.port())
                .replace("@threads@", "" + place.threads())
                .replace("@megabytes@", "" + setup.memoryMegabytes())
                .replace("@log@", setup.log() ? "3" : "0"));
        Files.writeString(etc.resolve("remap.config"), """
                map http://bench.test/pass/ http://127.0.0.1:@origin@/pass/ @plugin=conf_remap.so @pparam=proxy.config.http.cache.http=0
                map / http://127.0.0.1:@origin@/
                """.replace("@origin@", "" + origin.port()));
        Files.writeString(etc.resolve("storage.config"), place.file("cache") + " " + setup.memoryMegabytes() + "M\n");
        Files.writeString(etc.resolve("logging.yaml"), """
                logging:
                  formats:
                    - name: combined
                      format: '%<chi> - %<caun> [%<cqtn>] "%<cqtx>" %<pssc> %<pscl> "%<{Referer}cqh>" "%<{User-Agent}cqh>"'
                  logs:
                    - filename: access
                      format: combined
                      mode: ascii
                """);
        Files.writeString(etc.resolve("ip_allow.yaml"), """
                ip_allow:
                  - apply: in
                    ip_addrs: 127.0.0.1
                    action: allow
                    methods: ALL
                """);
        for (String none :
                List.of("plugin.config", "cache.config", "parent.config", "hosting.config", "volume.config")) {
            Files.writeString(etc.resolve(none), "");
        }
        return new Launch(
                List.of(Programs.path("traffic_server"), "--run-root=" + place.file("runroot.yaml")),
                List.of(),
                Map.of("TS_RUNROOT", place.file("runroot.yaml").toString()));
    }

    /** Where its plugins are. */
    private static String modules() throws IOException {
        return Programs.output(Programs.path("traffic_layout"), "info")
                .lines()
                .filter(line -> line.startsWith("PLUGINDIR:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElseThrow(() -> new IOException("traffic_layout does not tell its PLUGINDIR"));
    }
}
