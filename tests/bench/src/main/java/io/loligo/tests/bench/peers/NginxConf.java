package io.loligo.tests.bench.peers;

import java.nio.file.Path;

/** What every nginx here has in common, origin or cache. */
final class NginxConf {
    private NginxConf() {}

    /**
     * Up to within the block {@code http}, which is left open.
     *
     * @param accessLog off, or a file with its format
     */
    static String main(Path directory, int workers, String accessLog) {
        return """
                %sdaemon off;
                worker_processes %d;
                worker_rlimit_nofile 65536;
                pid %s/pid;
                error_log %3$s/error.log warn;
                events { worker_connections 16384; }
                http {
                    access_log %s;
                    sendfile on;
                    tcp_nopush off;
                    tcp_nodelay on;
                    keepalive_timeout 300s;
                    keepalive_requests 1000000000;
                    open_file_cache max=1000;
                    client_body_temp_path %3$s/body;
                    proxy_temp_path %3$s/proxy;
                    fastcgi_temp_path %3$s/fastcgi;
                    uwsgi_temp_path %3$s/uwsgi;
                    scgi_temp_path %3$s/scgi;
                """.formatted(
                "root".equals(System.getProperty("user.name")) ? "user root;\n" : "", workers, directory, accessLog);
    }
}
