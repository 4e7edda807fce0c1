package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.Requests;
import io.loligo.proxy.config.Problem.Kind;
import io.loligo.proxy.config.Problem.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationCheckTest {

    @Test
    @DisplayName("two ports, two peers, no http_access: each port is served by its own peer")
    void two_ports(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("squid.conf"), Examples.TWO_PORTS);

        CheckReport report = ConfigurationCheck.check(file, LoadOptions.DEFAULT);

        assertThat(report.exitCode()).isZero();
        assertThat(report.problems())
                .filteredOn(problem -> problem.severity() == Severity.WARNING)
                .extracting(problem -> problem.where().line() + " " + problem.kind())
                .containsExactly("0 ASSUMED", "1 TRANSLATED", "4 TRANSLATED");
        assertThat(report.summary()).contains("0 errors, 3 warnings").endsWith("it can be run");

        Configuration c = Conf.configuration(Examples.TWO_PORTS);
        assertThat(c.ports()).hasSize(2).allMatch(PortConfig::accelerated).allMatch(PortConfig::vhost);
        assertThat(servers(c, 10081, "http://www.example.org/")).containsExactly("server_1");
        assertThat(servers(c, 10082, "http://www.example.org/")).containsExactly("server_2");
        assertThat(servers(c, 10082, "http://other.example/")).isEmpty();
        assertThat(c.httpAccessAssumed()).isTrue();
        assertThat(c.accessRules()
                        .decide(Requests.get("http://www.example.org/"))
                        .allowed())
                .isTrue();
        assertThat(c.accessRules().decide(Requests.get("http://other.example/")).allowed())
                .isFalse();
    }

    private static List<String> servers(Configuration c, int port, String url) {
        return c.peers().stream()
                .filter(peer -> peer.access().decide(Requests.onPort(port, url)).allowed())
                .map(PeerConfig::name)
                .toList();
    }

    @Test
    @DisplayName("one site: PURGE and the manager from this machine only, the site for all, nothing else")
    void one_site() {
        Configuration c = Conf.configuration(Examples.ONE_SITE);

        assertThat(allowed(c, "10.0.0.1", "GET", "http://www.shop.example/")).isTrue();
        assertThat(allowed(c, "10.0.0.1", "GET", "http://other.example/")).isFalse();
        assertThat(allowed(c, "10.0.0.1", "PURGE", "http://www.shop.example/")).isFalse();
        assertThat(allowed(c, "127.0.0.1", "PURGE", "http://www.shop.example/")).isTrue();
        assertThat(allowed(c, "127.0.0.1", "GET", "http://edge1/squid-internal-mgr/info"))
                .isTrue();
        assertThat(allowed(c, "10.0.0.1", "GET", "http://www.shop.example/squid-internal-mgr/info"))
                .isFalse();
        assertThat(c.caching()
                        .freshness()
                        .refresh()
                        .first("http://www.shop.example/a.CSS", null)
                        .percent())
                .isEqualTo(50);
        assertThat(c.caching()
                        .freshness()
                        .refresh()
                        .first("http://www.shop.example/a?b", null)
                        .max())
                .isZero();
    }

    @Test
    @DisplayName("two pools: sites to their own peers, unsafe methods to one of them")
    void two_pools() {
        Configuration c = Conf.configuration(Examples.TWO_POOLS);

        assertThat(servers(c, 10081, "http://www.alpha.example/")).containsExactly("alpha1", "alpha2");
        assertThat(servers(c, 10081, "http://www.beta.example/")).containsExactly("beta1");
        assertThat(c.peers()
                        .get(1)
                        .access()
                        .decide(Requests.from("10.0.0.1", "POST", "http://www.alpha.example/"))
                        .allowed())
                .isFalse();
        assertThat(allowed(c, "10.0.0.1", "GET", "http://nope.example/")).isFalse();
        assertThat(allowed(c, "192.0.2.9", "PURGE", "http://www.alpha.example/"))
                .isTrue();
        assertThat(allowed(c, "192.0.2.99", "PURGE", "http://www.alpha.example/"))
                .isFalse();
        assertThat(c.cache()
                        .decide(Requests.get("http://www.alpha.example/admin?x"))
                        .allowed())
                .isFalse();
    }

    @Test
    @DisplayName("an old file: translated, not ignored")
    void old() {
        Loaded loaded = Conf.load(Examples.OLD);

        assertThat(Conf.errors(loaded)).isEmpty();
        Configuration c = Conf.configuration(Examples.OLD);
        assertThat(c.ports().get(0).vport()).isZero();
        assertThat(servers(c, 10081, "http://www.one.example/")).containsExactly("web1");
        assertThat(servers(c, 10081, "http://www.two.example/")).containsExactly("web2");
        assertThat(c.logs().accessLogs().get(0).format()).isEqualTo(LogFormat.BuiltIn.COMMON);
        assertThat(allowed(c, "10.0.0.1", "GET", "http://www.one.example/squid-internal-mgr/info"))
                .isFalse();
        assertThat(allowed(c, "10.0.0.1", "GET", "http://www.one.example/")).isTrue();
        assertThat(allowed(c, "10.0.0.1", "PURGE", "http://www.one.example/")).isFalse();
    }

    @Test
    @DisplayName("what is not implemented: errors where it restricts or would change what is served, else warnings")
    void later() {
        Loaded loaded = Conf.load(Examples.LATER);

        assertThat(loaded.problems())
                .filteredOn(problem -> problem.kind() == Kind.NOT_YET)
                .extracting(problem ->
                        problem.severity().word() + " " + problem.message().replaceFirst(" .*", ""))
                .containsExactly(
                        "error https_port",
                        "warning external_acl_type",
                        "error http_access",
                        "error TLS",
                        "error url_rewrite_program",
                        "warning deny_info",
                        "warning delay_pools",
                        "error cachemgr_passwd",
                        "warning dns_nameservers");
    }

    @Test
    @DisplayName("a file that is not there is an error of its own")
    void missing(@TempDir Path directory) {
        CheckReport report = ConfigurationCheck.check(directory.resolve("none.conf"), LoadOptions.DEFAULT);

        assertThat(report.exitCode()).isEqualTo(1);
        assertThat(report.problems()).anyMatch(problem -> problem.message().contains("there is no such file"));
        assertThat(report.summary()).endsWith("it cannot be run");
    }

    private static boolean allowed(Configuration c, String client, String method, String url) {
        AccessRules rules = c.accessRules();
        return rules.decide(Requests.from(client, method, url)).allowed();
    }
}
