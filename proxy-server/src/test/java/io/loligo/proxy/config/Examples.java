package io.loligo.proxy.config;

import java.util.List;

/** Whole configurations, in the manner of those that people run. */
final class Examples {
    /** Two ports, two peers, no http_access: the form that no Squid since 3.2 takes. */
    static final String TWO_PORTS = """
            http_port 10081 defaultsite=www.example.org vhost
            acl portA myport 10081

            http_port 10082 defaultsite=www.example.org vhost
            acl portB myport 10082

            acl site1 dstdomain www.example.org

            cache_peer 127.0.0.1 parent 18081 0 no-query originserver default name=server_1
            cache_peer_access server_1 allow portA site1
            cache_peer_access server_1 deny all

            cache_peer 127.0.0.1 parent 18082 0 no-query originserver default name=server_2
            cache_peer_access server_2 allow portB site1
            cache_peer_access server_2 deny all
            """;

    /** One site, one origin, memory only. */
    static final String ONE_SITE = """
            visible_hostname edge1.shop.example
            http_port 10081 accel defaultsite=www.shop.example no-vhost
            cache_peer 127.0.0.1 parent 18081 0 no-query no-digest originserver name=shop login=PASS
            acl our_site dstdomain www.shop.example
            acl PURGE method PURGE
            http_access allow PURGE localhost
            http_access deny PURGE
            http_access allow localhost manager
            http_access deny manager
            http_access allow our_site
            http_access deny all
            cache_peer_access shop allow our_site
            cache_peer_access shop deny all
            cache_mem 64 MB
            maximum_object_size_in_memory 1 MB
            refresh_pattern -i \\.(css|js|png|jpe?g|gif|svg|woff2?)$ 60 50% 1440
            refresh_pattern -i (/cgi-bin/|\\?) 0 0% 0
            refresh_pattern . 0 20% 4320
            access_log stdio:access.log squid
            coredump_dir /tmp
            """;

    /** Virtual hosts, pools, path rules, a purge host. */
    static final String TWO_POOLS = """
            http_port 127.0.0.1:10081 accel vhost defaultsite=www.alpha.example name=pub
            acl alpha dstdomain .alpha.example
            acl beta dstdomain www.beta.example beta.example
            acl cms src 127.0.0.1/32 192.0.2.0/28
            acl purge method PURGE
            acl unsafe method POST PUT DELETE PATCH
            acl admin urlpath_regex -i ^/(admin|login)(/|\\?|$)
            cache_peer 127.0.0.1 parent 18081 0 no-query originserver round-robin weight=2 name=alpha1 connect-fail-limit=3
            cache_peer 127.0.0.1 parent 18082 0 no-query originserver round-robin name=alpha2
            cache_peer 127.0.0.1 parent 18083 0 no-query originserver name=beta1 forceddomain=internal.beta.example
            cache_peer_access alpha1 allow alpha
            cache_peer_access alpha1 deny all
            cache_peer_access alpha2 allow alpha !unsafe
            cache_peer_access alpha2 deny all
            cache_peer_access beta1 allow beta
            cache_peer_access beta1 deny all
            http_access allow purge cms
            http_access deny purge
            http_access deny manager !localhost
            http_access allow alpha
            http_access allow beta
            http_access deny all
            cache deny admin
            forwarded_for on
            never_direct allow all
            access_log stdio:access.log combined
            """;

    /** What was written for Squid 2.6. */
    static final String OLD = """
            http_port 10081 vhost vport
            icp_port 0
            cache_mgr root@localhost
            visible_hostname legacy-test
            acl all src 0.0.0.0/0.0.0.0
            acl manager proto cache_object
            acl localhost src 127.0.0.1/255.255.255.255
            acl PURGE method PURGE
            hierarchy_stoplist cgi-bin ?
            acl QUERY urlpath_regex cgi-bin \\?
            no_cache deny QUERY
            http_access allow manager localhost
            http_access deny manager
            http_access allow PURGE localhost
            http_access deny PURGE
            http_access allow all
            http_reply_access allow all
            icp_access deny all
            cache_peer 127.0.0.1 parent 18081 0 no-query originserver round-robin weight=100 name=web1
            cache_peer 127.0.0.1 parent 18082 0 no-query originserver round-robin weight=100 name=web2
            cache_peer_domain web1 .one.example
            cache_peer_domain web2 .two.example
            redirect_rewrites_host_header off
            refresh_pattern -i \\.(gif|jpg)$ 1440 50% 10080 override-expire override-lastmod ignore-no-cache ignore-private
            refresh_pattern . 0 20% 4320
            emulate_httpd_log on
            cache_access_log access.log
            cache_store_log none
            cache_mem 32 MB
            maximum_object_size 100 KB
            cache_swap_low 90
            cache_swap_high 95
            memory_replacement_policy lru
            """;

    /** Much that is not implemented. */
    static final String LATER = """
            workers 1
            if ${process_number} = 0
            http_port 10081 accel vhost name=main worker-queues
            else
            http_port 10081 accel vhost name=main
            endif
            https_port 10443 accel tls-cert=cert.pem tls-key=key.pem
            external_acl_type token ttl=60 concurrency=5 %>a %{Authorization}>h /bin/token
            acl tokenok external token read
            acl night time SMTWHFA 00:00-06:00
            acl trusted any-of localhost
            http_access allow tokenok trusted
            http_access deny all
            cache_peer 127.0.0.1 parent 18082 0 no-query no-digest originserver carp name=c3 ssl
            url_rewrite_program /bin/rewrite
            reply_header_access X-Powered-By deny all
            request_header_add X-Tier "%{tier}note" trusted
            deny_info 301:https://%H%R trusted
            follow_x_forwarded_for allow localhost
            delay_pools 1
            logformat json {"t":%ts.%03tu,"ip":"%>a"}
            access_log stdio:json.log logformat=json trusted
            access_log none
            cachemgr_passwd disable all
            dns_nameservers 127.0.0.1
            """;

    static final List<String> ALL = List.of(TWO_PORTS, ONE_SITE, TWO_POOLS, OLD, LATER);

    private Examples() {}
}
