package io.loligo.proxy.respond;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.proxy.config.Configuration.Identity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The pages that this server answers by itself")
class ErrorPageTest {
    private static final Identity IDENTITY = new Identity("seen.test", "unique.test", false, "webmaster");

    @ParameterizedTest
    @EnumSource
    void every_page_has_a_date_and_405_says_what_is_allowed(ErrorPage page) {
        Fields fields = page.fields(17, "loligo", Instant.EPOCH);

        assertThat(fields.first("Date")).isEqualTo("Thu, 01 Jan 1970 00:00:00 GMT");
        assertThat(fields.first("Content-Length")).isEqualTo("17");
        assertThat(fields.has("Allow")).isEqualTo(page.status() == 405);
    }

    @Test
    void a_page_is_titled_by_the_status_that_it_is_sent_with() {
        String page = new String(
                ErrorPage.ERR_ACCESS_DENIED.body(508, "Loop Detected", "http://a/<b>", "", IDENTITY),
                StandardCharsets.UTF_8);

        assertThat(page)
                .contains("<title>508 Loop Detected</title>", "<h1>Loop Detected</h1>", "http://a/&lt;b&gt;")
                .doesNotContain("403", "<b>");
    }
}
