package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.AccessList.Rule;
import io.loligo.proxy.access.AccessList.Term;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessRulesTest {
    private static final Acl ALL = new EveryRequestAcl("all");

    @DisplayName("before http_access: PURGE is off and the manager is for this machine, unless the file names them")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rule                                 | client    | method | URL                                      | PURGE named | manager named | allowed
            any request where all may ask          | 10.0.0.1  | GET    | http://x.example/                        | false       | false         | true
            PURGE that no acl names                | 127.0.0.1 | PURGE  | http://x.example/                        | false       | false         | false
            PURGE that an acl names                | 10.0.0.1  | PURGE  | http://x.example/                        | true        | false         | true
            the manager, from elsewhere            | 10.0.0.1  | GET    | http://x.example/squid-internal-mgr/info | false       | false         | false
            the manager's old scheme               | 10.0.0.1  | GET    | cache_object://x.example/info            | false       | false         | false
            the manager, from here                 | 127.0.0.1 | GET    | http://x.example/squid-internal-mgr/info | false       | false         | true
            the manager, from here, by IPv6        | ::1       | GET    | http://x.example/squid-internal-mgr/info | false       | false         | true
            the manager where rules name it        | 10.0.0.1  | GET    | http://x.example/squid-internal-mgr/info | false       | true          | true
            """)
    void doors(String rule, String client, String method, String url, boolean purge, boolean manager, boolean allowed) {
        AccessList everyone = new AccessList(
                "http_access", List.of(new Rule(true, List.of(new Term(false, ALL)), "allow all")), false);

        assertThat(new AccessRules(everyone, manager, purge, false)
                        .decide(Requests.from(client, method, url))
                        .allowed())
                .isEqualTo(allowed);
    }

    @DisplayName("a proxy on this machine connects from it for everybody: the manager is closed to what it sends on")
    @ParameterizedTest(name = "{0}, manager named: {1}")
    @CsvSource(textBlock = """
            # field,          manager named, allowed
            X-Forwarded-For,  false,         false
            Forwarded,        false,         false
            X-Real-IP,        false,         false
            via,              false,         false
            X-Forwarded-For,  true,          true
            Accept,           false,         true
            """)
    void forwarded(String field, boolean named, boolean allowed) {
        AccessList everyone = new AccessList(
                "http_access", List.of(new Rule(true, List.of(new Term(false, ALL)), "allow all")), false);
        RequestFacts facts =
                Requests.from("127.0.0.1", "GET", "http://x.example/squid-internal-mgr/info", field, "203.0.113.9");

        AccessVerdict verdict = new AccessRules(everyone, named, false, false).decide(facts);

        assertThat(verdict.allowed()).isEqualTo(allowed);
    }

    @DisplayName(
            "PURGE and the manager: a loopback address is not trusted where the request says that it was forwarded")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rule                                    | client      | method | path  | field           | followed | rule                         | allowed
            PURGE from here, on its own               | 127.0.0.1   | PURGE  | /     | Accept          | false    | allow 127.0.0.0/8            | true
            PURGE through a proxy on this machine     | 127.0.0.1   | PURGE  | /     | X-Forwarded-For | false    | allow 127.0.0.0/8            | false
            by IPv6                                   | ::1         | PURGE  | /     | Via             | false    | allow ::1                    | false
            the file says whom to believe             | 127.0.0.1   | PURGE  | /     | X-Forwarded-For | true     | allow 127.0.0.0/8            | true
            the file opens it to everybody            | 127.0.0.1   | PURGE  | /     | X-Forwarded-For | false    | allow all                    | true
            in the words of a denial                  | 127.0.0.1   | PURGE  | /     | Forwarded       | false    | deny !127.0.0.1; allow all   | false
            a denial of this machine still holds      | 127.0.0.1   | PURGE  | /     | Forwarded       | false    | deny 127.0.0.1; allow all    | false
            through a proxy elsewhere that is trusted | 10.0.0.1    | PURGE  | /     | X-Forwarded-For | false    | allow 10.0.0.0/8             | true
            a manager page                            | 127.0.0.1   | GET    | /squid-internal-mgr/info | X-Real-IP | false | allow 127.0.0.1      | false
            any other page                            | 127.0.0.1   | GET    | /     | X-Forwarded-For | false    | allow 127.0.0.1              | true
            """)
    void loopback(
            String rule,
            String client,
            String method,
            String path,
            String field,
            boolean followed,
            String rules,
            boolean allowed) {
        RequestFacts facts = Requests.from(client, method, "http://x.example" + path, field, "203.0.113.9");
        List<Rule> parsed = List.of(rules.split("; ", -1)).stream()
                .map(text -> {
                    boolean negated = text.contains("!");
                    String address = text.substring(text.indexOf(negated ? '!' : ' ') + 1);
                    Acl acl = address.equals("all")
                            ? ALL
                            : new AddressAcl("here", AddressAcl.Side.CLIENT, ForwardedForTest.set(address));
                    return new Rule(text.startsWith("allow"), List.of(new Term(negated, acl)), text);
                })
                .toList();

        AccessVerdict verdict =
                new AccessRules(new AccessList("http_access", parsed, false), true, true, followed).decide(facts);

        assertThat(verdict.allowed()).isEqualTo(allowed);
    }

    @DisplayName("access lists: the first rule that matches whole decides, else the opposite of the last")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rule                              | rules                    | empty allows | allowed | by         | last acl
            no rules, closed                    | ''                       | false        | false   |            |
            no rules, open                      | ''                       | true         | true    |            |
            the first that matches              | allow yes; deny yes      | false        | true    | allow yes  | yes
            one that does not match is passed   | deny no; allow yes       | false        | true    | allow yes  | yes
            all acls of a rule must match       | deny yes no; allow yes   | false        | true    | allow yes  | yes
            a negated acl                       | deny !no; allow yes      | false        | false   | deny !no   | no
            a rule without acls matches         | deny no; allow           | false        | true    | allow      |
            none matches after an allow         | allow no                 | true         | false   |            | no
            none matches after a deny           | deny no                  | false        | true    |            | no
            none matches, the second acl fails  | deny no; allow yes no    | false        | false   |            | no
            none matches, a negated acl fails   | deny no; allow !yes no   | false        | false   |            | yes
            """)
    void lists(
            String rule,
            String rules,
            boolean emptyAllows,
            boolean allowed,
            @Nullable String by,
            @Nullable String lastAcl) {
        Acl yes = new EveryRequestAcl("yes");
        Acl no = new UnsupportedAcl("no", "never matches");
        List<Rule> parsed = rules.isEmpty()
                ? List.of()
                : List.of(rules.split("; ", -1)).stream()
                        .map(text -> {
                            List<String> words = List.of(text.split(" ", -1));
                            List<Term> terms = words.stream()
                                    .skip(1)
                                    .map(word -> new Term(word.startsWith("!"), word.endsWith("yes") ? yes : no))
                                    .toList();
                            return new Rule(words.get(0).equals("allow"), terms, text);
                        })
                        .toList();

        AccessVerdict verdict =
                new AccessList("http_access", parsed, emptyAllows).decide(Requests.get("http://x.example/"));

        assertThat(verdict.allowed()).isEqualTo(allowed);
        assertThat(verdict.rule() == null ? null : verdict.rule().text()).isEqualTo(by);
        assertThat(verdict.lastAcl() == null ? null : verdict.lastAcl().name()).isEqualTo(lastAcl);
    }
}
