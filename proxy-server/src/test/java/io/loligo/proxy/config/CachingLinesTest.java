package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.freshness.RefreshRule.Option;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.access.Requests;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachingLinesTest {

    @Test
    @DisplayName("what no line says has Squid's default")
    void defaults() {
        Configuration.Caching caching = Conf.with("").caching();

        assertThat(caching.freshness()).isEqualTo(FreshnessRules.DEFAULT);
        assertThat(caching.minimumExpiryTime()).hasSeconds(60);
        assertThat(caching.cacheMissRevalidate()).isTrue();
        RequestFacts request = Requests.get("http://www.example.org/");
        assertThat(caching.sendHit().decide(request).allowed()).isTrue();
        assertThat(caching.storeMiss().decide(request).allowed()).isTrue();
        assertThat(caching.collapsedForwardingAccess().decide(request).allowed())
                .isTrue();
    }

    @Test
    @DisplayName("each value in its place")
    void values() {
        Configuration.Caching caching = Conf.with("""
                minimum_expiry_time 5 seconds
                vary_ignore_expire on
                max_stale 2 hours
                negative_ttl 30 seconds
                cache_miss_revalidate off
                """).caching();

        assertThat(caching.freshness().varyIgnoreExpire()).isTrue();
        assertThat(caching.freshness().offlineMode()).isFalse();
        assertThat(caching.freshness().maxStale()).hasHours(2);
        assertThat(caching.freshness().negativeTtl()).hasSeconds(30);
        assertThat(caching.minimumExpiryTime()).hasSeconds(5);
        assertThat(caching.cacheMissRevalidate()).isFalse();
        assertThat(Conf.said("minimum_expiry_time 5 seconds\nvary_ignore_expire on\ncache_miss_revalidate off"))
                .isEmpty();
    }

    @Test
    @DisplayName("offline_mode is said loudly")
    void offline() {
        assertThat(Conf.with("offline_mode on").caching().freshness().offlineMode())
                .isTrue();
        assertThat(Conf.said("offline_mode on"))
                .singleElement()
                .asString()
                .startsWith("warning: offline_mode on serves whatever is stored");
        assertThat(Conf.said("offline_mode off")).isEmpty();
    }

    @Test
    @DisplayName("refresh_all_ims and reload_into_ims are options of every refresh_pattern, and where none matches")
    void everywhere() {
        FreshnessRules rules = Conf.with("""
                refresh_pattern ^http://a/ 0 20% 60 override-expire
                refresh_all_ims on
                reload_into_ims on
                """).caching().freshness();

        assertThat(rules.refresh().first("http://a/", null).options())
                .containsExactlyInAnyOrder(Option.OVERRIDE_EXPIRE, Option.REFRESH_IMS, Option.RELOAD_INTO_IMS);
        assertThat(rules.refresh().first("http://b/", null).options())
                .containsExactlyInAnyOrder(Option.REFRESH_IMS, Option.RELOAD_INTO_IMS);
        assertThat(rules.refresh().decideOnReloads()).isTrue();
        assertThat(Conf.with("refresh_all_ims on")
                        .caching()
                        .freshness()
                        .refresh()
                        .decideOnReloads())
                .isFalse();
    }

    @DisplayName("ignore_ims_on_miss is cache_miss_revalidate upside down; the new name wins")
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "ignore_ims_on_miss on, false",
        "ignore_ims_on_miss off, true",
        "'ignore_ims_on_miss on\ncache_miss_revalidate on', true"
    })
    void ignoreImsOnMiss(String lines, boolean revalidates) {
        assertThat(Conf.with(lines).caching().cacheMissRevalidate()).isEqualTo(revalidates);
        assertThat(Conf.said(lines)).singleElement().asString().contains("(translated)");
    }

    @DisplayName("store_miss and send_hit see the answer")
    @ParameterizedTest(name = "{0} {1} on {2} {3}: {4}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            any value of a field      ~ rep_header X-No-Cache .              ~ 200 ~ x-no-cache: 1           ~ true
            a field that is not there ~ rep_header X-No-Cache .              ~ 200 ~ X: 1                    ~ false
            a pattern                 ~ rep_header Content-Length ^[0-9]{4,}$ ~ 200 ~ Content-Length: 12345  ~ true
            all lines of a field      ~ rep_header Cache-Control a.*b        ~ 200 ~ Cache-Control: a, b     ~ true
            the type                  ~ rep_mime_type -i ^TEXT/              ~ 200 ~ Content-Type: text/html ~ true
            another type              ~ rep_mime_type ^text/                 ~ 200 ~ Content-Type: image/png ~ false
            a status                  ~ http_status 404                      ~ 404 ~ X: 1                    ~ true
            another status            ~ http_status 404 410                  ~ 200 ~ X: 1                    ~ false
            a range                   ~ http_status 200 400-404              ~ 403 ~ X: 1                    ~ true
            a range to the end        ~ http_status 500-                     ~ 599 ~ X: 1                    ~ true
            below it                  ~ http_status 500-                     ~ 499 ~ X: 1                    ~ false
            """)
    void replies(String rule, String acl, int status, String field, boolean matches) {
        Configuration.Caching caching = Conf.with(
                        "acl it " + acl + "\nacl group any-of it\nstore_miss deny group\nsend_hit deny it")
                .caching();
        int colon = field.indexOf(": ");
        ResponseHead reply =
                new ResponseHead(status, "", Fields.of(field.substring(0, colon), field.substring(colon + 2)));
        RequestFacts request = Requests.get("http://www.example.org/");

        for (AccessList list : new AccessList[] {caching.storeMiss(), caching.sendHit()}) {
            assertThat(list.decide(request.withReply(reply)).allowed()).isEqualTo(!matches);
            assertThat(list.decide(request).allowed())
                    .as("without an answer nothing matches")
                    .isTrue();
        }
    }

    @DisplayName("what cannot be meant is an error")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            acl x http_status 20                              ~ not a status code or a range of them
            acl x http_status 500-400                         ~ not a status code or a range of them
            acl x rep_header                                  ~ rep_header needs the name of a field
            acl x http_status 404 ¦ http_access deny x        ~ acl x looks at the answer, and http_access is asked before
            acl x rep_header A . ¦ cache deny x               ~ acl x looks at the answer, and cache is asked before
            acl x rep_header A . ¦ acl y all-of x ¦ cache deny y ~ acl y looks at the answer, and cache is asked before
            acl x rep_header A . ¦ access_log none x          ~ knows only its status and type so far
            minimum_expiry_time soon                          ~ not a time
            vary_ignore_expire perhaps                        ~ is on or off
            store_miss perhaps all                            ~ needs allow or deny
            """)
    void errors(String lines, String message) {
        assertThat(Conf.said(lines.replace(" ¦ ", "\n")))
                .anySatisfy(said -> assertThat(said).startsWith("error: ").contains(message));
    }

    @DisplayName("an acl on a port that no http_port has is warned of; the port of all tests is 10081")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = " ~ ", textBlock = """
            acl x localport 10081       ~ -
            acl x localport 10000-10100 ~ -
            acl x localport 10082       ~ acl x: there is no http_port 10082, so this never matches
            acl x myport 10081 8080     ~ acl x: there is no http_port 8080, so this never matches
            acl x localport 1-80        ~ acl x: there is no http_port 1-80, so this never matches
            acl x port 8080             ~ -
            """)
    void localPorts(String acl, String message) {
        assertThat(Conf.said(acl).stream().filter(said -> said.contains("there is no http_port")))
                .isEqualTo(message.equals("-") ? List.of() : List.of("warning: " + message + " (doubtful)"));
    }

    @Test
    @DisplayName("control characters of a file do not reach the terminal")
    void controlCharacters() {
        assertThat(Conf.said("no\u001b[2Jsuch 1\nacl a\u0007b nosuch \u007f"))
                .noneMatch(said -> said.chars().anyMatch(Character::isISOControl))
                .anyMatch(said -> said.contains("no\\x1b[2Jsuch"));
    }

    @Test
    @DisplayName("beyond 10,000 messages it says that there are more, and an error is still an error")
    void tooMany() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < Problems.PROBLEMS_MAX + 5; i++) {
            lines.append("acl a").append(i).append(" localport 1\n");
        }
        Loaded loaded = Conf.load(Conf.BASE + lines + "nonsense\n");

        assertThat(Conf.said(loaded))
                .hasSizeBetween(Problems.PROBLEMS_MAX, Problems.PROBLEMS_MAX + 2)
                .anyMatch(said -> said.contains("there is more to say than 10000 messages"));
        assertThat(Conf.errors(loaded)).isNotEmpty();
    }
}
