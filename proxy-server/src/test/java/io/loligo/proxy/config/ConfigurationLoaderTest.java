package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.RefreshRule;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessRules;
import io.loligo.proxy.access.Requests;
import io.loligo.proxy.config.Configuration.AccessLogConfig;
import io.loligo.proxy.config.Configuration.ForwardedFor;
import io.loligo.proxy.config.PeerConfig.Login;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationLoaderTest {

    @DisplayName("http_port: options in any order, and the old forms that imply accel")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # rule                        | line                                          | host      | accel | vhost | site            | site port | vport | scheme | name
            accel reads Host              | 80 accel                                      | -         | true  | true  | -               | 0         | -1    | http   | 80
            no-vhost does not             | 80 accel no-vhost defaultsite=WWW.x.org       | -         | true  | false | www.x.org       | 0         | -1    | http   | 80
            options stand in any order    | 80 defaultsite=www.x.org:8080 accel           | -         | true  | true  | www.x.org       | 8080      | -1    | http   | 80
            an address                    | 127.0.0.1:80 accel name=pub                   | 127.0.0.1 | true  | true  | -               | 0         | -1    | http   | pub
            an IPv6 address               | [::1]:80 accel                                | ::1       | true  | true  | -               | 0         | -1    | http   | [::1]:80
            vport is the listening port   | 80 accel vport                                | -         | true  | true  | -               | 0         | 0     | http   | 80
            vport=N is N                  | 80 accel vport=8080                           | -         | true  | true  | -               | 0         | 8080  | http   | 80
            TLS ended in front of us      | 80 accel protocol=HTTPS                       | -         | true  | true  | -               | 0         | -1    | https  | 80
            vhost alone accelerates       | 80 vhost                                      | -         | true  | true  | -               | 0         | -1    | http   | 80
            the starting point's form     | 81 defaultsite=www.example.org vhost          | -         | true  | true  | www.example.org | 0         | -1    | http   | 81
            defaultsite alone: not Host   | 80 defaultsite=www.x.org                      | -         | true  | false | www.x.org       | 0         | -1    | http   | 80
            no mode: no accelerator       | 3128                                          | -         | false | false | -               | 0         | -1    | http   | 3128
            """)
    void http_port(
            String rule,
            String line,
            String host,
            boolean accel,
            boolean vhost,
            String site,
            int sitePort,
            int vport,
            String scheme,
            String name) {
        PortConfig port = Conf.with("http_port " + line).ports().get(1);

        assertThat(port.host()).isEqualTo(host);
        assertThat(port.accelerated()).isEqualTo(accel);
        assertThat(port.vhost()).isEqualTo(vhost);
        assertThat(port.defaultSite()).isEqualTo(site);
        assertThat(port.defaultSitePort()).isEqualTo(sitePort);
        assertThat(port.vport()).isEqualTo(vport);
        assertThat(port.scheme()).isEqualTo(scheme);
        assertThat(port.name()).isEqualTo(name);
    }

    @DisplayName("what a line makes the check say")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            http_port 80 vhost defaultsite=x.org ~ warning: an old form of an accelerator's port; today: http_port 80 accel defaultsite=x.org (translated)
            http_port 80 defaultsite=x.org       ~ warning: an old form of an accelerator's port; today: http_port 80 accel no-vhost defaultsite=x.org (translated)
            http_port 80 accel nonsense          ~ error: http_port has no option nonsense (value)
            http_port 80 accel vhost no-vhost    ~ error: vhost and no-vhost contradict each other (value)
            http_port 80 intercept               ~ error: http_port option intercept: Loligo accelerates sites
            http_port 80 accel ssl-bump          ~ error: http_port option ssl-bump
            http_port 80 accel require-proxy-header ~ warning: require-proxy-header closes every connection, as no proxy_protocol_access line
            http_port 80 accel require-proxy-header=on ~ error: option require-proxy-header takes no value
            proxy_protocol_access allow localhost ~ -
            proxy_protocol_access allow CONNECT  ~ error: acl CONNECT looks at the request, and proxy_protocol_access is asked before
            follow_x_forwarded_for allow localhost ~ -
            delay_pool_uses_indirect_client off  ~ -
            cache_peer x.org parent 80 0 front-end-https=auto ~ -
            cache_peer x.org parent 80 0 front-end-https=perhaps ~ error: front-end-https= is on, off or auto, not perhaps
            http_port 80 accel tls-cert=x.pem    ~ error: option tls-cert belongs to https_port
            http_port 80 accel allow-direct      ~ warning: http_port option allow-direct is not yet implemented
            http_port 80 accel worker-queues     ~ notice: http_port option worker-queues has no effect
            http_port 10081 accel                ~ error: port 10081 is taken by squid.conf:1 already
            http_port 127.0.0.1:10081 accel      ~ error: port 10081 is taken by squid.conf:1 already
            http_port 80 accel name=10081        ~ warning: the port's name 10081 is that of squid.conf:1 too
            http_port 99999 accel                ~ error: not [ADDRESS:]PORT: 99999
            http_port 3128                       ~ warning: without accel this would be a forward proxy's port
            https_port 443 accel tls-cert=x      ~ error: https_port is not yet implemented
            cache_peer x.org parent 80 0 tls     ~ error: TLS to a peer is not yet implemented (tls), and is never left out
            cache_peer x.org parent 80 0 sslcert=secret ~ error: TLS to a peer is not yet implemented (sslcert=), and is never
            cache_peer x.org sibling 80 0 sourcehash ~ error: sourcehash, userhash and carp are for parents, not for a sibling
            cache_peer x.org parent 80 0 carp-key=path ~ error: carp-key= stands after carp: carp carp-key=host,path
            cache_peer x.org parent 80 0 carp carp-key=query ~ error: carp-key= is a list of scheme, host, port, path and params
            cache_peer x.org parent 80 0 carp carp-key= ~ error: carp-key= is a list of scheme, host, port, path and params
            cache_peer x.org parent 80 0 weighted-round-robin ~ notice: weighted-round-robin takes even turns, as Squid's does
            cache_peer x.org parent 80 0 basetime=x ~ error: not a number: basetime=x
            cache_peer x.org parent 80 0 multicast-responder ~ error: there is no multicast: the peer would never be asked
            cache_peer x.org parent 80 0 no-digest ~ notice: cache_peer option no-digest has no effect
            cache_peer http://x.org/ parent 80 0 ~ error: not a host name or address: http://x.org/
            cache_peer x.org parent 80 0 forceddomain=a/b ~ error: forceddomain= needs a host name
            cache_effective_user nobody-here     ~ warning: cache_effective_user has no effect: this runs as
            cache_peer x.org parent 80 0 nonsense ~ error: cache_peer has no option nonsense
            cache_peer x.org parent 80 3130      ~ warning: no ICP query is sent to x.org; write no-query
            cache_peer x.org sibling 80 0        ~ warning: siblings are not yet implemented
            cache_peer x.org multicast 80 0      ~ error: there is no multicast
            cache_peer x.org parent 80 0 name=ORIGIN ~ error: there is a peer ORIGIN already, at squid.conf:2
            cache_peer x.org parent 80 0 login=NEGOTIATE ~ error: login=NEGOTIATE cannot be done
            cache_peer x.org parent              ~ error: cache_peer needs a host, a type, an HTTP port and an ICP port
            cache_peer_access nobody allow all   ~ error: there is no cache_peer nobody above
            cache_peer_access origin permit all  ~ error: cache_peer_access needs allow or deny, not permit
            http_access allow                    ~ error: http_access allow names no acl; for everyone write all
            http_access allow nobody             ~ error: there is no acl nobody
            http_access deny all                 ~ warning: http_access deny all is never reached: squid.conf:3 decides always
            acl x nonsense 1                     ~ error: there is no acl type nonsense
            acl x myport 81                      ~ notice: acl type myport is localport today (translated)
            acl all src 0.0.0.0/0.0.0.0          ~ warning: acl all is predefined and always matches
            acl manager proto cache_object       ~ notice: acl manager is predefined
            acl x url_regex (?:a)                ~ warning: cannot use the pattern (?:a)
            acl x src "/nowhere/list"            ~ warning: cannot read the list /nowhere/list: there is no such file
            acl x maxconn 5                      ~ -
            http_acess allow all                 ~ error: there is no directive http_acess; did you mean http_access? (unknown)
            frobnicate on                        ~ error: there is no directive frobnicate (unknown)
            hierarchy_stoplist cgi-bin ?         ~ notice: hierarchy_stoplist has no effect: an accelerator always asks its peers (ignored)
            chroot /x                            ~ error: chroot cannot be done; a JVM cannot do it: use RootDirectory=
            icap_enable on                       ~ error: icap_enable cannot be done; a content filter must not vanish
            icap_enable off                      ~ -
            htcp_port 0                          ~ -
            htcp_port 4827                       ~ error: htcp_port cannot be done
            icp_port 0                           ~ -
            icp_port 3130                        ~ warning: icp_port is not yet implemented
            miss_access allow all                ~ -
            miss_access deny all                 ~ error: miss_access is not yet implemented, and leaving it out would change who gets what
            http_reply_access deny all           ~ error: http_reply_access is not yet implemented, and
            reply_body_max_size 1 MB all         ~ error: reply_body_max_size is not yet implemented, and
            quick_abort_min 16 KB                ~ -
            quick_abort_min -1 KB                ~ -
            quick_abort_pct 101                  ~ error: quick_abort_pct 101: quick_abort_pct is 0 to 100
            range_offset_limit none              ~ -
            range_offset_limit 64 KB all         ~ -
            range_offset_limit 64KB all          ~ -
            range_offset_limit none nobody       ~ error: there is no acl nobody
            range_offset_limit far               ~ error: range_offset_limit needs a size such as 64 KB, or none, and then acls
            range_offset_limit -1 KB             ~ error: range_offset_limit needs a size such as 64 KB, or none, and then acls
            quick_abort_min lots                 ~ error: quick_abort_min lots: not a size such as 64 MB
            never_direct allow all               ~ -
            refresh_stale_hit 30 seconds         ~ warning: refresh_stale_hit is not yet implemented
            cache_mem 64                         ~ warning: cache_mem 64: no unit, so bytes are meant
            cache_mem lots                       ~ error: cache_mem lots: not a size such as 64 MB
            memory_replacement_policy lru        ~ -
            memory_replacement_policy heap LFUDA ~ -
            memory_replacement_policy heap       ~ error: memory_replacement_policy is lru, heap LRU, heap GDSF or heap LFUDA, not heap
            memory_replacement_policy mru        ~ error: memory_replacement_policy is lru, heap LRU, heap GDSF or heap LFUDA, not mru
            shutdown_lifetime 3                  ~ warning: shutdown_lifetime 3: no unit, so seconds are meant; Squid 5 refuses
            shutdown_lifetime 0                  ~ -
            read_timeout 0 seconds               ~ error: read_timeout has to be more than 0
            read_timeout -1 seconds              ~ error: read_timeout cannot be negative
            via 1                                ~ warning: via 1: today via on (translated)
            via perhaps                          ~ error: via perhaps: via is on or off
            forwarded_for maybe                  ~ error: forwarded_for is on, off, transparent, truncate or delete, not maybe
            connect_retries 11                   ~ error: connect_retries 11: connect_retries is 0 to 10
            client_ip_max_connections -1         ~ -
            client_ip_max_connections 0          ~ error: client_ip_max_connections 0 would let nobody in; it is at least 1, or -1 for no limit
            client_ip_max_connections -2         ~ error: client_ip_max_connections -2: client_ip_max_connections is -1 to 100000000
            client_max_connections 0             ~ error: client_max_connections 0 would let nobody in
            client_max_requests 0                ~ error: client_max_requests 0: client_max_requests is 1 to 100000000
            client_pipeline_max_size 0 KB        ~ error: client_pipeline_max_size 0 KB: client_pipeline_max_size is 1 to
            log_queue_max_size 1 KB              ~ error: log_queue_max_size 1 KB: log_queue_max_size is at least 262144 bytes
            collapsed_forwarding_wait 0 seconds  ~ error: collapsed_forwarding_wait has to be more than 0
            collapsed_forwarding_waiters -1      ~ error: collapsed_forwarding_waiters -1: collapsed_forwarding_waiters is 0 to 100000000
            positive_dns_ttl 0 seconds           ~ error: positive_dns_ttl has to be more than 0
            positive_dns_ttl 10 seconds          ~ warning: positive_dns_ttl is less than negative_dns_ttl, so names that do not resolve
            negative_dns_ttl 0 seconds           ~ warning: negative_dns_ttl 0 seconds: negative_dns_ttl is at least 1 second
            send_stored_set_cookie allow         ~ error: send_stored_set_cookie allow names no acl
            refresh_pattern . 0 20% 60 send-set-cookie ~ -
            visible_hostname a b                 ~ error: visible_hostname a b: visible_hostname takes one value
            visible_hostname other.example       ~ warning: visible_hostname edge.example does not count: squid.conf:6 sets visible_hostname again
            refresh_pattern . 0 20%              ~ error: refresh_pattern needs [-i] REGEX MIN PERCENT% MAX
            refresh_pattern (?i)x 0 20% 60       ~ error: cannot use the pattern (?i)x
            refresh_pattern . 0 20% 60 ignore-no-cache ~ warning: refresh_pattern option ignore-no-cache is obsolete and has no effect
            refresh_pattern . 0 20% 60 nonsense  ~ warning: refresh_pattern has no option nonsense
            refresh_pattern . 0 20% 60 content-type=text/css ~ -
            refresh_pattern . 0 20% 60 content-type=css ~ error: content-type= needs a media type or the beginning of one
            refresh_pattern . 600000 20% 600000  ~ notice: 600000 minutes is cut to a year
            cache_dir ufs /tmp/x                 ~ error: cache_dir ufs needs a directory and its limit in MB
            cache_dir tape /x 100                ~ error: cache_dir needs a type (ufs, aufs, diskd, rock)
            cache_dir null /tmp                  ~ notice: cache_dir null: the cache is kept in memory only
            access_log /x nobody                 ~ error: there is neither a log format nor an acl nobody
            access_log syslog:local1.info squid  ~ notice: lines for syslog are sent by UDP to 127.0.0.1:514, as a JVM cannot write to /dev/log
            access_log syslog:local9.info squid  ~ error: access_log syslog: needs a facility and a severity, as in syslog:local1.info, not local9.info
            access_log udp://logs.example:5514   ~ -
            access_log tcp://[::1] squid         ~ -
            access_log udp:                      ~ error: access_log udp: needs a collector's address, as in udp://logs.example.org:5514
            access_log tcp://x:70000 squid       ~ error: access_log tcp: needs a collector's address, as in tcp://logs.example.org:5514, not //x:70000
            access_log stdio: squid              ~ error: access_log stdio: needs a file: stdio:/FILE
            access_log /x buffer-size=64KB logformat=squid rotate=3 on-error=drop ~ -
            access_log /x buffer-size=1 squid    ~ error: access_log option buffer-size=1: not a size of at least 4096 bytes
            access_log /x rotate=some squid      ~ error: access_log option rotate=some: not a number of old files, 0 to 100000
            access_log /x on-error=die squid     ~ warning: access_log option on-error=die has no effect: a log that cannot be written
            access_log /x on-error=cry squid     ~ error: access_log option on-error= is die or drop, not cry
            access_log /x colour=red squid       ~ error: access_log has no option colour=red; it has logformat=
            syslog_server here:there             ~ error: syslog_server needs HOST[:PORT], as in 127.0.0.1:514, not here:there
            log_fqdn on                          ~ warning: log_fqdn on has no effect: the log shows addresses; to look up each client's name
            log_fqdn off                         ~ -
            client_netmask 255.255.255.0         ~ -
            client_netmask /24 ffff:ffff::       ~ -
            client_netmask no_addr               ~ -
            client_netmask 255.255.255.0 /8      ~ error: client_netmask 255.255.255.0 /8: client_netmask needs an IPv4 mask
            client_netmask wide                  ~ error: client_netmask wide: client_netmask needs an IPv4 mask as 255.255.255.0
            stats_collection allow localhost     ~ -
            stats_collection deny                ~ error: stats_collection deny names no acl
            logformat squid %>a                  ~ warning: logformat squid has no effect: the format is built in
            logformat json %>a                   ~ -
            logformat x                          ~ error: logformat needs a name and a format: logformat NAME TEXT
            logformat x "%rm" '%{User-Agent}>h   ~ -
            logformat x %A %>A                   ~ error: logformat x: %A %>A at character 1: there is no such code; a code is
            logformat x %>a %!ru                 ~ error: logformat x: %!ru at character 5: there is no such code
            logformat x %                        ~ error: logformat x: % at character 1: there is no such code
            logformat x %99999ru                 ~ error: logformat x: %99999ru at character 1: a width is at most 8192
            logformat x %{a b}>h                 ~ error: logformat x: %{a b}>h at character 1: %>h needs a field's name in braces
            logformat x %{%Q}tl                  ~ error: logformat x: %{%Q}tl at character 1: %Q is no conversion of strftime
            logformat x %{y}ru                   ~ error: logformat x: %{y}ru at character 1: %ru takes nothing in braces
            logformat x %byte{0}                 ~ error: logformat x: %byte{0} at character 1: %byte needs a number of 1 to 255
            logformat x %byte{10}                ~ error: logformat x: %byte{10} at character 1: %byte needs a number of 1 to 255
            logformat x %>A                      ~ notice: logformat x: %>A shows the client's address
            useragent_log /tmp/ua.log            ~ warning: useragent_log is access_log /tmp/ua.log useragent today (translated)
            cache_peer_domain origin .x.org      ~ warning: cache_peer_domain is honoured as cache_peer_access with dstdomain
            admin_port here                      ~ error: admin_port needs [ADDRESS:]PORT, not here
            workers 4                            ~ notice: workers has no effect: one process with threads serves all
            httpd_accel_host virtual             ~ error: httpd_accel_host virtual names no origin; write for each site
            authenticate_program /bin/x          ~ error: authenticate_program cannot be done; use auth_param
            """)
    void said(String line, String expected) {
        List<String> said = Conf.said(line);

        if (expected.equals("-")) {
            assertThat(said).isEmpty();
        } else {
            assertThat(said).isNotEmpty().anySatisfy(text -> assertThat(text).startsWith(expected));
        }
    }

    @DisplayName("an acl that cannot be evaluated is an error where a rule rests on it, and no problem else")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            acl x maxconn 5       ~ http_access rests on acl x, which is of type maxconn, which is not yet implemented
            acl x arp 01:02       ~ http_access rests on acl x, which is of type arp, which Loligo cannot evaluate
            acl x url_regex (?:a) ~ cannot use the pattern (?:a): (? is Perl's, not POSIX's: write a plain group, and -i for case; a rule rests on acl x
            acl x src "/nowhere"  ~ cannot read the list /nowhere: there is no such file; a rule rests on acl x
            acl x src 10.0.0.0/8\\nacl x method GET ~ acl x is of type src already, so it cannot be method
            acl y maxconn 5\\nacl x any-of y ~ http_access rests on acl y, which is of type maxconn, which is not yet implemented
            """)
    void unusable_acls(String acl, String error) {
        Loaded loaded = Conf.load(acl.replace("\\n", "\n") + "\nhttp_access deny x\n" + Conf.BASE);

        assertThat(loaded.configuration()).isNull();
        assertThat(Conf.errors(loaded))
                .anySatisfy(problem -> assertThat(problem.message()).startsWith(error));
    }

    @DisplayName("PURGE and the manager for this machine, where a proxy on it seems to connect for everybody")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            listening for this machine only          ~ true  ~ http_port 127.0.0.1:80 accel;http_access allow PURGE localhost
            by IPv6                                  ~ true  ~ http_port [::1]:80 accel;http_access allow PURGE localhost
            TLS ends in front of the port            ~ true  ~ http_port 80 accel protocol=HTTPS;http_access allow PURGE localhost
            a port for all machines                  ~ false ~ http_port 80 accel;http_access allow PURGE localhost
            the manager                              ~ true  ~ http_port 127.0.0.1:80 accel;http_access allow localhost manager
            in the words of a denial                 ~ true  ~ http_port 127.0.0.1:80 accel;http_access deny manager !localhost
            an acl of one's own                      ~ true  ~ http_port 127.0.0.1:80 accel;http_access allow PURGE mine
            no acl about clients                     ~ false ~ http_port 127.0.0.1:80 accel;http_access allow PURGE
            clients elsewhere                        ~ false ~ http_port 127.0.0.1:80 accel;http_access allow PURGE far
            a rule about neither                     ~ false ~ http_port 127.0.0.1:80 accel;http_access allow localhost
            the proxy's word is taken                ~ false ~ http_port 127.0.0.1:80 accel;follow_x_forwarded_for allow localhost;http_access allow PURGE localhost
            but not by acls                          ~ true  ~ http_port 80 accel;follow_x_forwarded_for allow localhost;acl_uses_indirect_client off;http_access allow PURGE localhost
            the word of a proxy elsewhere is taken   ~ true  ~ http_port 127.0.0.1:80 accel;follow_x_forwarded_for allow far;http_access allow PURGE localhost
            PROXY headers name the clients           ~ false ~ http_port 127.0.0.1:80 accel require-proxy-header;proxy_protocol_access allow localhost;http_access allow PURGE localhost
            the rule is for another port             ~ false ~ http_port 127.0.0.1:80 accel;http_port 81 accel name=own;http_access allow PURGE localhost own
            the rule is for that port                ~ true  ~ http_port 127.0.0.1:80 accel name=own;http_access allow PURGE localhost own
            """)
    void loopback_trust(String rule, boolean warned, String lines) {
        Loaded loaded = Conf.load("acl PURGE method PURGE\nacl mine src 127.0.0.1 10.0.0.0/8\nacl far src 10.0.0.0/8\n"
                + "acl own myportname own\n" + lines.replace(';', '\n') + "\n" + Conf.BASE);

        assertThat(Conf.errors(loaded)).isEmpty();
        assertThat(Conf.said(loaded).stream().anyMatch(said -> said.contains("may be open to everybody")))
                .isEqualTo(warned);
    }

    @DisplayName("front-end-https=")
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "front-end-https, ON",
        "front-end-https=on, ON",
        "front-end-https=auto, AUTO",
        "front-end-https=off, OFF",
        "proxy-only, OFF"
    })
    void front_end_https(String option, PeerConfig.FrontEndHttps expected) {
        assertThat(Conf.with("cache_peer x.org parent 80 0 no-query originserver " + option)
                        .peers()
                        .get(1)
                        .frontEndHttps())
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("require-proxy-header, and who may send PROXY headers")
    void proxy_headers() throws UnknownHostException {
        Configuration c = Conf.with("""
                acl balancer src 192.0.2.0/24
                acl lb myportname lb
                http_port 10082 accel require-proxy-header name=lb
                proxy_protocol_access allow balancer lb
                """);
        PortConfig port = c.ports().get(1);
        InetSocketAddress local = new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 10082);

        assertThat(c.ports()).extracting(PortConfig::requireProxyHeader).containsExactly(false, true);
        assertThat(c.clientAddresses()
                        .mayNameClients(new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 1), local, port))
                .isTrue();
        assertThat(c.clientAddresses()
                        .mayNameClients(new InetSocketAddress(InetAddress.getByName("10.0.0.7"), 1), local, port))
                .isFalse();
        assertThat(ClientAddresses.DEFAULT.mayNameClients(
                        new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 1), local, port))
                .isFalse();
    }

    @Test
    @DisplayName("an acl must stand above its use; lines below add to it")
    void acl_order() {
        Loaded below = Conf.load("http_access deny x\nacl x method POST\n" + Conf.BASE);
        assertThat(Conf.errors(below)).singleElement().asString().contains("must stand above its use");

        Configuration adds =
                Conf.configuration("acl x method POST\nhttp_access deny x\nacl x method PUT\n" + Conf.BASE);
        assertThat(adds.accessRules()
                        .decide(Requests.from("10.0.0.1", "PUT", "http://x.org/"))
                        .allowed())
                .isFalse();
    }

    @Test
    @DisplayName("all problems are reported, in the order of the lines, and there is no configuration")
    void all_problems() {
        Loaded loaded = Conf.load("nonsense\nhttp_port 80 accel what\ncache_mem x\n");

        assertThat(loaded.configuration()).isNull();
        assertThat(Conf.errors(loaded))
                .extracting(problem -> problem.where().line())
                .containsExactly(1, 2, 3);
    }

    @Test
    @DisplayName("cache_peer with its options and its access list")
    void cache_peer() {
        PeerConfig peer = Conf.with("""
                cache_peer Origin.example parent 8080 0 no-query originserver default round-robin weight=3 name=app \\
                    login=us%65r:p%3Aw forceddomain=in.example max-conn=50 connect-timeout=2 connect-fail-limit=4 proxy-only
                cache_peer_access app deny CONNECT
                peer_connect_timeout 7 seconds
                """).peers().get(1);

        assertThat(peer.name()).isEqualTo("app");
        assertThat(peer.host()).isEqualTo("Origin.example");
        assertThat(peer.port()).isEqualTo(8080);
        assertThat(peer.originServer()).isTrue();
        assertThat(peer.defaultPeer()).isTrue();
        assertThat(peer.balancing().roundRobin()).isTrue();
        assertThat(peer.weight()).isEqualTo(3);
        assertThat(peer.login()).isEqualTo(new Login(Login.Kind.FIXED, "user", "p:w"));
        assertThat(peer.login()).asString().doesNotContain("p:w");
        assertThat(peer.forcedDomain()).isEqualTo("in.example");
        assertThat(peer.maxConnections()).isEqualTo(50);
        assertThat(peer.connectTimeout()).hasSeconds(2);
        assertThat(peer.connectFailLimit()).isEqualTo(4);
        assertThat(peer.proxyOnly()).isTrue();
        assertThat(peer.access().rules()).hasSize(1);
    }

    @DisplayName("login=")
    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            login=PASS,      PASS,        '',  ''
            login=PASSTHRU,  PASS,        '',  ''
            login=*:secret,  CLIENT_USER, '',  secret
            login=me:,       FIXED,       me,  ''
            proxy-only,      NONE,        '',  ''
            """)
    void login(String option, Login.Kind kind, String user, String password) {
        assertThat(Conf.with("cache_peer x.org parent 80 0 no-query originserver " + option)
                        .peers()
                        .get(1)
                        .login())
                .isEqualTo(new Login(kind, user, password));
    }

    @DisplayName("a peer's defaults, and cache_peer_domain beside cache_peer_access: both must allow")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            nothing said: all sites              ~ ''                                                                ~ www.a.org ~ true
            the domain                           ~ cache_peer_domain origin .a.org                                   ~ www.a.org ~ true
            another domain                       ~ cache_peer_domain origin .a.org                                   ~ www.b.org ~ false
            lines add up                         ~ cache_peer_domain origin .a.org;cache_peer_domain origin .b.org   ~ www.b.org ~ true
            all but one                          ~ cache_peer_domain origin !www.a.org                               ~ www.b.org ~ true
            that one                             ~ cache_peer_domain origin !www.a.org                               ~ www.a.org ~ false
            a domain without a name in it        ~ cache_peer_domain origin .a.org !www.a.org                        ~ www.a.org ~ false
            the rest of that domain              ~ cache_peer_domain origin .a.org !www.a.org                        ~ x.a.org   ~ true
            the old name                         ~ cache_host_domain origin .a.org                                   ~ www.b.org ~ false
            with an access list that allows      ~ cache_peer_domain origin .a.org;cache_peer_access origin allow all ~ www.a.org ~ true
            which does not open other domains    ~ cache_peer_domain origin .a.org;cache_peer_access origin allow all ~ www.b.org ~ false
            with an access list that denies      ~ cache_peer_domain origin .a.org;cache_peer_access origin deny all ~ www.a.org ~ false
            """)
    void peer_access(String rule, String lines, String host, boolean allowed) {
        PeerConfig peer = Conf.with(lines.replace(';', '\n')).peers().get(0);

        assertThat(peer.access().decide(Requests.get("http://" + host + "/")).allowed())
                .isEqualTo(allowed);
        assertThat(peer.connectFailLimit()).isEqualTo(10);
        assertThat(peer.connectTimeout()).hasSeconds(30);
        assertThat(peer.login()).isEqualTo(Login.NONE);
    }

    @DisplayName("decision 1: without any http_access line the sites that the file names are served")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rule                          | strict | port                                  | access                                       | url                                | client    | allowed
            a defaultsite                   | false  | 80 accel defaultsite=www.x.org        |                                              | http://www.x.org/                  | 10.0.0.1  | true
            another site                    | false  | 80 accel defaultsite=www.x.org        |                                              | http://www.y.org/                  | 10.0.0.1  | false
            a site of a peer                | false  | 80 accel                              | cache_peer_access o allow site               | http://a.site.org/                 | 10.0.0.1  | true
            only rules that allow           | false  | 80 accel                              | cache_peer_access o deny site                | http://a.site.org/                 | 10.0.0.1  | false
            not what is negated             | false  | 80 accel                              | cache_peer_access o allow !site              | http://a.site.org/                 | 10.0.0.1  | false
            nothing when strict             | true   | 80 accel defaultsite=www.x.org        |                                              | http://www.x.org/                  | 10.0.0.1  | false
            nothing beside a forward port   | false  | 80                                    | cache_peer_access o allow site               | http://a.site.org/                 | 10.0.0.1  | false
            the manager from this machine   | false  | 80 accel defaultsite=www.x.org        |                                              | http://www.x.org/squid-internal-mgr/info | 127.0.0.1 | true
            and not from another            | false  | 80 accel defaultsite=www.x.org        |                                              | http://www.x.org/squid-internal-mgr/info | 10.0.0.1  | false
            not once there is a line        | false  | 80 accel defaultsite=www.x.org        | http_access deny CONNECT                     | http://www.y.org/                  | 10.0.0.1  | true
            """)
    void assumed_access(
            String rule, boolean strict, String port, String access, String url, String client, boolean allowed) {
        String text = "http_port " + port + "\nacl site dstdomain .site.org\n"
                + "cache_peer 127.0.0.1 parent 80 0 no-query originserver name=o\n" + (access == null ? "" : access);
        Loaded loaded = Conf.load(text, LoadOptions.DEFAULT.withStrict(strict));
        assertThat(Conf.errors(loaded)).isEmpty();
        Configuration configuration = Objects.requireNonNull(loaded.configuration());

        AccessRules rules = configuration.accessRules();
        assertThat(rules.decide(Requests.from(client, "GET", url)).allowed()).isEqualTo(allowed);
        boolean named = access != null && access.startsWith("http_access");
        assertThat(configuration.httpAccessAssumed()).isEqualTo(!named);
        assertThat(loaded.problems().stream().anyMatch(p -> p.message().startsWith("there is no http_access line")))
                .isEqualTo(!named);
    }

    @DisplayName("PURGE and the manager are noticed where rules name them")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            acl p method PURGE                                     | true  | false
            acl p method GET PURGE                                 | true  | false
            acl p method GET                                       | false | false
            http_access deny manager                               | false | true
            acl m proto cache_object;http_access deny m            | false | true
            acl m any-of manager;http_access deny m                | false | true
            acl m url_regex /squid-internal-mgr/;http_access deny m | false | true
            acl m urlpath_regex ^/x;http_access deny m             | false | false
            """)
    void named(String lines, boolean purge, boolean manager) {
        Configuration configuration = Conf.configuration(lines.replace(';', '\n') + "\n" + Conf.BASE);

        assertThat(configuration.purgeMethodEnabled()).isEqualTo(purge);
        assertThat(configuration.managerNamed()).isEqualTo(manager);
    }

    @Test
    @DisplayName("refresh_pattern: first match, minutes, percent, options")
    void refresh_pattern() {
        Configuration configuration = Conf.with("""
                refresh_pattern -i \\.(css|js)$ 60 50% 1440 override-expire reload-into-ims
                refresh_pattern /api/ 0 0% 0 max-stale=600 store-stale ignore-no-store ignore-private ignore-reload
                refresh_pattern . 5 20 4320 refresh-ims override-lastmod
                """);

        RefreshRule css = configuration.caching().freshness().refresh().first("http://x.org/A.CSS", null);
        assertThat(css.min()).isEqualTo(Duration.ofHours(1));
        assertThat(css.percent()).isEqualTo(50);
        assertThat(css.max()).isEqualTo(Duration.ofDays(1));
        assertThat(css.maxStale()).isNull();
        assertThat(css.options()).containsExactlyInAnyOrder(Option.OVERRIDE_EXPIRE, Option.RELOAD_INTO_IMS);
        RefreshRule api = configuration.caching().freshness().refresh().first("http://x.org/api/a.txt", null);
        assertThat(api.maxStale()).hasSeconds(600);
        assertThat(api.options())
                .containsExactlyInAnyOrder(
                        Option.STORE_STALE, Option.IGNORE_NO_STORE, Option.IGNORE_PRIVATE, Option.IGNORE_RELOAD);
        RefreshRule rest = configuration.caching().freshness().refresh().first("http://x.org/", null);
        assertThat(rest.percent()).isEqualTo(20);
        assertThat(rest.where()).isEqualTo("squid.conf:8");
    }

    @Test
    @DisplayName("the scalars, each in its place")
    void scalars() {
        Configuration c = Conf.configuration("""
                http_port 80 accel ignore-cc
                http_access allow all
                access_log none
                unique_hostname one.example
                visible_hostname edge.example
                httpd_suppress_version_string on
                cache_mgr me@x.org
                cache_mem 1 GB
                cache_dir aufs /var/cache/x 500 16 256
                cache_replacement_policy heap GDSF
                maximum_object_size 8 MB
                maximum_object_size_in_memory 1 MB
                minimum_object_size 1 KB
                max_stale 2 hours
                negative_ttl 30 seconds
                collapsed_forwarding off
                peer_connect_timeout 4 seconds
                forward_timeout 5 seconds
                read_timeout 6 seconds
                write_timeout 7 seconds
                request_timeout 8 seconds
                request_start_timeout 9 seconds
                persistent_request_timeout 10 seconds
                pconn_timeout 11 seconds
                client_lifetime 12 hours
                shutdown_lifetime 13 seconds
                request_header_max_size 32 KB
                reply_header_max_size 16 KB
                request_body_max_size 5 MB
                client_request_buffer_max_size 96 KB
                read_ahead_gap 128 KB
                quick_abort_min -1 KB
                quick_abort_max 1 MB
                quick_abort_pct 60
                via off
                forwarded_for truncate
                forward_max_tries 4
                retry_on_error on
                maximum_single_addr_tries 3
                client_persistent_connections off
                server_persistent_connections off
                cache_log /var/log/x.log
                strip_query_terms off
                buffered_logs on
                log_mime_hdrs on
                logfile_rotate 3
                client_max_connections 5000
                client_ip_max_connections 200
                client_max_requests 4000
                client_pipeline_max_size 32 KB
                collapsed_forwarding_waiters 100
                collapsed_forwarding_wait 5 seconds
                log_queue_max_size 2 MB
                forwarded_proto on
                forwarded_host on
                forwarded_port on
                acl_uses_indirect_client off
                delay_pool_uses_indirect_client off
                log_uses_indirect_client off
                positive_dns_ttl 1 hour
                negative_dns_ttl 30 seconds
                pid_filename /run/x.pid
                admin_port 127.0.0.2:4000
                admin_token_file /run/x.token
                """);

        assertThat(c.ports().get(0).ignoreClientCacheControl()).isTrue();
        assertThat(c.identity()).isEqualTo(new Configuration.Identity("edge.example", "one.example", true, "me@x.org"));
        assertThat(c.store())
                .isEqualTo(new Configuration.StoreConfig(
                        1L << 30,
                        List.of(new Configuration.CacheDirectory(
                                Path.of("/var/cache/x"), 500L << 20, new SourceLocation("squid.conf", 9))),
                        8L << 20,
                        1L << 20,
                        1L << 10,
                        false,
                        ReplacementPolicy.GDSF));
        assertThat(c.caching().freshness().maxStale()).hasHours(2);
        assertThat(c.caching().freshness().negativeTtl()).hasSeconds(30);
        assertThat(c.timeouts())
                .isEqualTo(new Configuration.Timeouts(
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(11),
                        Duration.ofHours(12),
                        Duration.ofSeconds(13)));
        assertThat(c.limits())
                .isEqualTo(new Configuration.Limits(
                        32 << 10,
                        16 << 10,
                        5 << 20,
                        96 << 10,
                        128 << 10,
                        new Configuration.QuickAbort(-1024, 1 << 20, 60),
                        new Configuration.ClientConnections(5000, 200, 4000, 32 << 10),
                        new Configuration.Collapsing(100, Duration.ofSeconds(5)),
                        2 << 20));
        assertThat(c.dns()).isEqualTo(new Configuration.Dns(Duration.ofHours(1), Duration.ofSeconds(30)));
        assertThat(c.forwarding())
                .isEqualTo(new Configuration.Forwarding(
                        false,
                        ForwardedFor.TRUNCATE,
                        4,
                        true,
                        2,
                        false,
                        false,
                        new Configuration.ForwardedFields(true, true, true)));
        assertThat(c.clientAddresses())
                .isEqualTo(new ClientAddresses(
                        null, false, false, false, AccessList.empty("proxy_protocol_access", false)));
        assertThat(c.logs())
                .isEqualTo(
                        new Configuration.Logs(c.logs().accessLogs(), Path.of("/var/log/x.log"), false, true, true, 3));
        assertThat(c.process().pidFile()).isEqualTo(Path.of("/run/x.pid"));
        assertThat(c.admin()).isEqualTo(new Configuration.Admin("127.0.0.2", 4000, Path.of("/run/x.token")));
    }

    @Test
    @DisplayName("lists of field names: several lines add up, none empties them, each name once")
    void fieldNames() {
        String base = "http_port 80 accel\nhttp_access allow all\naccess_log none\n";

        Configuration c = Conf.configuration(base + """
                cache_control_targets Own-Cache-Control
                cache_control_targets CDN-Cache-Control own-cache-control
                unkeyed_request_headers X-A
                unkeyed_request_headers none X-B
                httpd_accel_surrogate_id edge
                http_accel_surrogate_remote on
                tag_headers Surrogate-Key X-Tags
                tag_headers_sent x-tags
                """);

        assertThat(c.headerFields())
                .isEqualTo(new Configuration.HeaderFields(
                        new CacheControlTargets(
                                new CacheControlTargets.Surrogate("edge", true),
                                List.of("Own-Cache-Control", "CDN-Cache-Control")),
                        List.of("X-B"),
                        new Configuration.TagHeaders(
                                new TagFields(List.of("Surrogate-Key", "X-Tags")), List.of("x-tags"))));
        assertThat(Conf.configuration(base).headerFields()).isEqualTo(Configuration.HeaderFields.DEFAULT);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "cache_control_targets",
                "cache_control_targets Cache-Control",
                "cache_control_targets Own;Field",
                "unkeyed_request_headers Host",
                "tag_headers",
                "tag_headers Content-Type",
                "tag_headers Vary",
                "tag_headers_sent",
                "tag_headers_sent xkey all"
            })
    @DisplayName("names that cannot be used are errors")
    void wrongFieldNames(String line) {
        assertThat(Conf.load("http_port 80 accel\nhttp_access allow all\naccess_log none\n" + line + "\n")
                        .configuration())
                .isNull();
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            ''                  |                                     | Surrogate-Key Cache-Tag xkey
            tag_headers none    |                                     | ''
            tag_headers X-A xkey|                                     | X-A xkey
            tag_headers X-A     | tag_headers_sent all                | ''
            ''                  | tag_headers_sent none               | Surrogate-Key Cache-Tag xkey Cache-Groups
            tag_headers_sent all| tag_headers_sent xkey               | ''
            tag_headers_sent all| tag_headers_sent none             | Surrogate-Key Cache-Tag xkey Cache-Groups
            ''                  | tag_headers_sent CACHE-TAG          | Surrogate-Key xkey Cache-Groups
            ''                  | httpd_accel_surrogate_id edge       | Surrogate-Key Cache-Tag xkey Surrogate-Control
            tag_headers none    | httpd_accel_surrogate_id edge       | Surrogate-Control
            """)
    @DisplayName(
            "the fields that do not go to clients: tags, unless they are to be sent, and what is said to a surrogate")
    void hiddenFields(String line, String other, String hidden) {
        Configuration c = Conf.with(line + "\n" + (other == null ? "" : other) + "\n");

        assertThat(String.join(" ", c.headerFields().hidden())).isEqualTo(hidden);
    }

    @Test
    @DisplayName("a field that is to be sent and carries no tags is a slip")
    void sentButNoTags() {
        assertThat(Conf.said("tag_headers xkey\ntag_headers_sent Xkey Cache-Tag\n"))
                .containsExactly("warning: tag_headers_sent Cache-Tag has no effect: it is none of tag_headers, so it"
                        + " goes on anyway (doubtful)");
    }

    @Test
    @DisplayName("what no line says has its default")
    void defaults() {
        Configuration c = Conf.configuration("http_port 80 accel\nhttp_access allow all\naccess_log none\n");

        assertThat(c.identity())
                .isEqualTo(new Configuration.Identity("here.example", "here.example", false, "webmaster"));
        assertThat(c.store()).isEqualTo(Configuration.StoreConfig.DEFAULT);
        assertThat(c.timeouts()).isEqualTo(Configuration.Timeouts.DEFAULT);
        assertThat(c.dns()).isEqualTo(Configuration.Dns.DEFAULT);
        assertThat(c.limits()).isEqualTo(Configuration.Limits.DEFAULT);
        assertThat(c.forwarding()).isEqualTo(Configuration.Forwarding.DEFAULT);
        assertThat(c.clientAddresses()).isEqualTo(ClientAddresses.DEFAULT);
        assertThat(c.caching().sendStoredSetCookie()).isEqualTo(Configuration.Caching.DEFAULT.sendStoredSetCookie());
        assertThat(c.logs().cacheLog()).isNull();
        assertThat(c.logs().stripQueryTerms()).isTrue();
        assertThat(c.logs().rotate()).isEqualTo(10);
        assertThat(c.process().pidFile()).isNull();
        assertThat(c.admin().host()).isEqualTo("127.0.0.1");
        assertThat(c.admin().port()).isEqualTo(3190);
        assertThat(c.admin().tokenFile()).hasFileName("admin-3190.token");
        assertThat(c.cache().decide(Requests.get("http://x.org/")).allowed()).isTrue();
    }

    @DisplayName("access_log in its new and old forms")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiterString = " ~ ", nullValues = "-", textBlock = """
            a module and a format       ~ access_log stdio:/l/a.log combined      ~ /l/a.log ~ COMBINED  ~ 0
            the daemon module           ~ access_log daemon:/l/a.log squid        ~ /l/a.log ~ SQUID     ~ 0
            a file only                 ~ cache_access_log /l/a.log               ~ /l/a.log ~ SQUID     ~ 0
            a format by option          ~ access_log /l/a.log logformat=common    ~ /l/a.log ~ COMMON    ~ 0
            acls behind                 ~ access_log /l/a.log squid !CONNECT all  ~ /l/a.log ~ SQUID     ~ 1
            acls without a format       ~ access_log /l/a.log localhost           ~ /l/a.log ~ SQUID     ~ 1
            none for some               ~ access_log none localhost               ~ -        ~ SQUID     ~ 1
            emulate_httpd_log           ~ emulate_httpd_log on;access_log /l/a    ~ /l/a     ~ COMMON    ~ 0
            but not where it is named   ~ emulate_httpd_log on;access_log /l/a squid ~ /l/a  ~ SQUID     ~ 0
            a log of Referer fields     ~ referer_log /l/r;access_log none        ~ /l/r     ~ REFERRER  ~ 0
            """)
    void access_log(String rule, String lines, String file, LogFormat.BuiltIn format, int rules) {
        AccessLogConfig log = Conf.configuration(
                        "http_port 80 accel\nhttp_access allow all\n" + lines.replace(';', '\n'))
                .logs()
                .accessLogs()
                .get(0);

        assertThat(log.file()).isEqualTo(file == null ? null : Path.of(file));
        assertThat(log.format()).isEqualTo(format);
        assertThat(log.access().rules()).hasSize(rules);
    }

    @Test
    @DisplayName("access_log with acls logs what all of them match")
    void access_log_acls() {
        AccessLogConfig log = Conf.configuration(
                        "http_port 80 accel\nhttp_access allow all\nacl s dstdomain a.org\naccess_log /l/a squid s !localhost\n")
                .logs()
                .accessLogs()
                .get(0);

        assertThat(log.access().decide(Requests.get("http://a.org/")).allowed()).isTrue();
        assertThat(log.access().decide(Requests.get("http://b.org/")).allowed()).isFalse();
    }

    @Test
    @DisplayName("cache deny, no_cache and cache_stoplist keep URLs out of the cache")
    void cache() {
        Configuration c = Conf.with(
                "acl q urlpath_regex \\?\nno_cache deny q\ncache_stoplist cgi-bin\nacl a urlpath_regex ^/admin\ncache deny a\n");

        assertThat(c.cache().decide(Requests.get("http://x.org/a")).allowed()).isTrue();
        assertThat(c.cache().decide(Requests.get("http://x.org/a?b")).allowed()).isFalse();
        assertThat(c.cache().decide(Requests.get("http://x.org/cgi-bin/a")).allowed())
                .isFalse();
        assertThat(c.cache().decide(Requests.get("http://x.org/admin")).allowed())
                .isFalse();
    }

    @Test
    @DisplayName("the accelerator of Squid 2.5 becomes ports and a peer")
    void httpd_accel() {
        Configuration c = Conf.configuration("""
                http_port 80
                httpd_accel_host origin.example
                httpd_accel_port 8080
                httpd_accel_single_host on
                httpd_accel_uses_host_header on
                httpd_accel_with_proxy off
                access_log none
                """);

        assertThat(c.ports().get(0).accelerated()).isTrue();
        assertThat(c.ports().get(0).vhost()).isTrue();
        assertThat(c.ports().get(0).defaultSite()).isEqualTo("origin.example");
        assertThat(c.peers().get(0).host()).isEqualTo("origin.example");
        assertThat(c.peers().get(0).port()).isEqualTo(8080);
        assertThat(c.peers().get(0).originServer()).isTrue();
    }

    @Test
    @DisplayName("list files: one item per line or several, comments, in both dialects")
    void list_files(@TempDir Path directory) throws IOException {
        Path list = directory.resolve("sites.list");
        Files.writeString(list, "# sites\nwww.a.org  b.org # two\r\n.c.org\n");
        String accel = "http_port 80 accel\naccess_log none\n";
        for (String acl : List.of(
                "acl s dstdomain \"" + list + "\"",
                "configuration_includes_quoted_values on\nacl s dstdomain parameters(\"" + list + "\")")) {
            Configuration c = Conf.configuration(accel + acl + "\nhttp_access allow s\n");
            for (String host : List.of("www.a.org", "b.org", "x.c.org")) {
                assertThat(c.httpAccess()
                                .decide(Requests.get("http://" + host + "/"))
                                .allowed())
                        .as(host)
                        .isTrue();
            }
            assertThat(c.httpAccess().decide(Requests.get("http://two/")).allowed())
                    .isFalse();
        }
    }

    @Test
    @DisplayName("what is read and has no effect is warned of")
    void withoutEffect() {
        assertThat(Conf.said("http_port 10082 accel tcpkeepalive=60"))
                .singleElement()
                .asString()
                .startsWith("warning: http_port option tcpkeepalive=60 is not yet implemented");
        assertThat(Conf.said("connect_timeout 3 seconds"))
                .containsExactly("notice: connect_timeout has no effect: no request goes direct; connects to peers have"
                        + " peer_connect_timeout, or connect-timeout= of cache_peer (ignored)");
        assertThat(Conf.said("cache_mem 64 MB\ncache_dir ufs /var/cache/x 100 16 256"))
                .singleElement()
                .asString()
                .startsWith("notice: cache_mem has no effect beside a cache_dir: the size of the store is that of"
                        + " squid.conf:7");
        assertThat(Conf.said("cache_dir ufs /var/cache/x 100 16 256\ncache_dir ufs /var/cache/y 100 16 256"))
                .filteredOn(text -> text.contains("only the first cache_dir is used"))
                .singleElement()
                .asString()
                .startsWith("warning: ");
    }

    @DisplayName("which replacement policy counts")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', textBlock = """
            # lines, parted by ;                                                          ~ policy      ~ said
            via on                                                                        ~ HIT_DENSITY ~ -
            memory_replacement_policy lru                                                 ~ LRU         ~ -
            memory_replacement_policy heap LRU                                            ~ LRU         ~ -
            memory_replacement_policy heap GDSF                                           ~ GDSF        ~ -
            memory_replacement_policy heap LFUDA                                          ~ LFUDA       ~ -
            cache_replacement_policy heap LFUDA                                           ~ HIT_DENSITY ~ cache_replacement_policy has no effect without a cache_dir
            cache_dir rock /x 100                                                         ~ HIT_DENSITY ~ -
            memory_replacement_policy heap GDSF; cache_dir rock /x 100                    ~ HIT_DENSITY ~ memory_replacement_policy has no effect beside a cache_dir
            cache_replacement_policy heap GDSF; cache_dir rock /x 100                     ~ GDSF        ~ -
            cache_dir rock /x 100; cache_replacement_policy heap GDSF                     ~ GDSF        ~ cache_replacement_policy stands below cache_dir
            cache_replacement_policy lru; cache_dir rock /x 100; cache_replacement_policy heap GDSF ~ LRU ~ only the first cache_dir is used, and for that squid.conf:6
            cache_replacement_policy lru; cache_replacement_policy heap GDSF; cache_dir rock /x 100 ~ GDSF ~ -
            """)
    void replacementPolicy(String lines, ReplacementPolicy policy, String said) {
        String text = lines.replace("; ", "\n") + "\n";

        assertThat(Conf.with(text).store().replacementPolicy()).isEqualTo(policy);
        if (said.equals("-")) {
            assertThat(Conf.said(text)).isEmpty();
        } else {
            assertThat(Conf.said(text)).singleElement().asString().contains(said);
        }
    }
}
