package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The lines of request_header_access and its like")
class HeaderRuleLinesTest {
    private static final String BEGINNING = Conf.BASE + """
            acl local src 127.0.0.1
            acl html rep_mime_type text/html
            """;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # line                                             | what is said, from its beginning
        request_header_access                              | error request_header_access needs a field's name
        request_header_access Cookie                       | error request_header_access Cookie needs allow or deny, and acls
        request_header_access Cookie permit all            | error request_header_access needs allow or deny, not permit
        request_header_access Cookie deny                  | error request_header_access deny names no acl
        request_header_access Cookie deny nobody           | error there is no acl nobody
        request_header_access Cookie: deny all             | error request_header_access: Cookie: is no name of a field
        request_header_access Cookie deny html             | error acl html looks at the answer
        reply_header_access Cookie deny html               |
        request_header_access all deny all                 | warning request_header_access all is about a field that is called so
        request_header_access Connection deny all          | notice request_header_access Connection has no effect
        reply_header_access Content-Length deny all        | notice reply_header_access Content-Length has no effect
        request_header_access Host deny all                | warning request_header_access Host cannot take Host away
        header_access Server deny all                      | warning header_access is request_header_access and reply_header_access
        reply_header_replace Server portal                 | warning reply_header_replace has no effect on server: no reply_header_access server line
        reply_header_replace Server                        | error reply_header_replace needs a value
        header_replace                                     | error header_replace needs a field's name
        request_header_add X-A                             | error request_header_add needs a value
        request_header_add X-A "%>a                        | error request_header_add: a quote does not close
        request_header_add X-A "%nothing"                  | error request_header_add: %nothing at character 1: there is no such code
        request_header_add X-A "%byte{1}"                  | error request_header_add: %byte{1} cannot stand in the value of a field
        request_header_add X-A "a\\nb"                     | error request_header_add: a field's value cannot hold a line's end
        request_header_add X-A "%>a" nobody                | error there is no acl nobody
        request_header_add X-A "%>a" local # of this host  |
        request_header_add X-A %nothing                    |
        request_header_add Transfer-Encoding chunked       | error request_header_add: Transfer-Encoding cannot be added
        request_header_add Content_Length 1                | error request_header_add: Content_Length cannot be added
        reply_header_add X-A "%<Hs" html                   |
        """)
    void said(String line, @Nullable String said) {
        List<String> problems = Conf.load(BEGINNING + line + "\n").problems().stream()
                .filter(problem -> problem.where().line() == 8)
                .map(problem -> problem.severity().word() + " " + problem.message())
                .toList();

        if (said == null) {
            assertThat(problems).isEmpty();
        } else {
            assertThat(problems).isNotEmpty();
            assertThat(problems.get(0)).startsWith(said);
        }
    }

    private static HeaderRules requests(String lines) {
        return Conf.configuration(BEGINNING + lines).headerFields().requestRules();
    }

    private static @Nullable String replacement(HeaderRules rules, String name) {
        return Objects.requireNonNull(rules.named().get(name)).replacement();
    }

    @Test
    void values_are_taken_as_squid_takes_them() {
        HeaderRules rules = requests("""
            request_header_access User-Agent deny all
            request_header_replace User-Agent first
            request_header_replace user-agent "Mozilla/1.0  (a)"\s\s
            request_header_access X-A deny all
            header_replace x-a # no comment
            request_header_add X-Plain %>a all
            request_header_add X-Quoted "say \\"hi\\" \u00e9" local
            request_header_add X-Single '%%'
            """);

        assertThat(replacement(rules, "user-agent")).isEqualTo("\"Mozilla/1.0  (a)\"");
        assertThat(replacement(rules, "x-a")).isEqualTo("# no comment");
        assertThat(rules.added())
                .extracting(HeaderRules.Added::name, HeaderRules.Added::constant)
                .containsExactly(
                        tuple("X-Plain", "%>a"), tuple("X-Quoted", "say \"hi\" \u00c3\u00a9"), tuple("X-Single", "%"));
    }

    @Test
    void in_the_dialect_of_quoted_values_a_replacement_loses_its_quotes() {
        HeaderRules rules = requests("""
            request_header_access Server deny all
            configuration_includes_quoted_values on
            request_header_replace Server "the portal"
            """);

        assertThat(replacement(rules, "server")).isEqualTo("the portal");
    }

    @Test
    void what_is_denied_to_all_is_hidden_and_nothing_else_is() {
        Configuration.HeaderFields fields = Conf.configuration(BEGINNING + """
            reply_header_access X-Powered-By deny all
            reply_header_access Server deny all
            reply_header_replace Server portal
            reply_header_access X-Debug deny !local
            reply_header_access X-Seen allow local
            reply_header_access X-Seen deny all
            """).headerFields();

        assertThat(fields.hidden()).contains("x-powered-by").doesNotContain("server", "x-debug", "x-seen");
    }

    @Test
    void more_names_or_lines_than_there_is_room_for_are_errors() {
        String names = IntStream.rangeClosed(0, HeaderRuleLines.NAMES_MAX)
                .mapToObj(i -> "reply_header_access X-" + i + " deny all\n")
                .collect(Collectors.joining());
        String added = IntStream.rangeClosed(0, HeaderRuleLines.ADDED_MAX)
                .mapToObj(i -> "reply_header_add X-" + i + " 1\n")
                .collect(Collectors.joining());

        assertThat(Conf.load(BEGINNING + names + added).problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::message)
                .containsExactlyInAnyOrder(
                        "reply_header_access names more than 256 fields",
                        "reply_header_add stands on more than 64 lines");
    }
}
