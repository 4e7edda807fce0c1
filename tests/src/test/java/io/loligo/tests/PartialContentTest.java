package io.loligo.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Parts of pages: stored, combined, completed (RFC 9111 §3.3, §3.4)")
class PartialContentTest {
    private static final Pattern RANGE = Pattern.compile("(?m)^Range: bytes=(\\d*)-(\\d*)$");
    private static final Pattern IF_RANGE = Pattern.compile("(?m)^If-Range: (.*)$");
    private static final Pattern IF_NONE_MATCH = Pattern.compile("(?m)^If-None-Match: (.*)$");

    /** An origin that knows ranges, of one page whose content and validator the test may change. */
    private static final class Pages implements AutoCloseable {
        volatile String body = "0123456789".repeat(100);
        volatile String etag = "\"v1\"";
        volatile String cacheControl = "max-age=600";
        volatile String more = "";
        private final RawOrigin origin = RawOrigin.with(this::answer);
        private final RunningServer server;

        Pages(String... moreLines) {
            server = RunningServer.start(SquidConf.inFrontOf(origin.port()).and(moreLines));
        }

        private void answer(RawOrigin.Exchange exchange) throws IOException {
            String head = origin.heads().get(origin.heads().size() - 1).replace("\r", "");
            String common =
                    "ETag: " + etag + "\r\nCache-Control: " + cacheControl + "\r\nContent-Type: text/plain\r\n" + more;
            Matcher inm = IF_NONE_MATCH.matcher(head);
            if (inm.find() && inm.group(1).contains(etag)) {
                exchange.send("HTTP/1.1 304 Not Modified\r\n" + common + "\r\n");
                return;
            }
            Matcher range = RANGE.matcher(head);
            Matcher ifRange = IF_RANGE.matcher(head);
            boolean unchanged = !ifRange.find() || ifRange.group(1).equals(etag);
            if (!range.find() || !unchanged) {
                exchange.send("HTTP/1.1 200 OK\r\n" + common + "Content-Length: " + body.length() + "\r\n\r\n" + body);
                return;
            }
            boolean suffix = range.group(1).isEmpty();
            int first = suffix ? body.length() - Integer.parseInt(range.group(2)) : Integer.parseInt(range.group(1));
            int last = suffix || range.group(2).isEmpty() ? body.length() - 1 : Integer.parseInt(range.group(2));
            String part = body.substring(first, last + 1);
            exchange.send("HTTP/1.1 206 Partial Content\r\n" + common + "Content-Range: bytes " + first + "-" + last
                    + "/" + body.length() + "\r\nContent-Length: " + part.length() + "\r\n\r\n" + part);
        }

        RawHttp.Answer get(String... fields) {
            return RawHttp.get(server.port(), "/page", fields);
        }

        /** GET of a range; checks that the bytes and Content-Range are right. */
        RawHttp.Answer range(int first, int last) {
            var answer = get("Range: bytes=" + first + "-" + last);
            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.field("Content-Range")).hasValue("bytes " + first + "-" + last + "/" + body.length());
            assertThat(answer.head().all("Content-Range")).hasSize(1);
            assertThat(answer.field("Content-Length")).hasValue(Integer.toString(last - first + 1));
            assertThat(answer.text()).isEqualTo(body.substring(first, last + 1));
            return answer;
        }

        int requests() {
            return origin.heads().size();
        }

        String lastRequest() {
            return origin.heads().get(origin.heads().size() - 1);
        }

        /** Asks for a range until it is a hit: what went out may be stored a moment later. */
        void awaitStored(int first, int last) {
            await().until(() -> range(first, last).isHit());
        }

        @Override
        public void close() {
            server.close();
            origin.close();
        }
    }

    @Test
    void a_part_is_stored_and_serves_what_lies_within_it() {
        try (var pages = new Pages()) {
            assertThat(pages.range(100, 299).isHit()).isFalse();
            pages.awaitStored(100, 299);
            int before = pages.requests();

            assertThat(pages.range(150, 160).isHit()).isTrue();
            var hit = pages.range(100, 100);

            assertThat(hit.isHit()).isTrue();
            assertThat(hit.field("Age")).isPresent();
            assertThat(hit.field("Content-Type")).hasValue("text/plain");
            assertThat(pages.get("Range: bytes=5000-").status()).isEqualTo(416);
            assertThat(pages.get("Range: bytes=100-109, 250-259").text())
                    .contains("Content-Range: bytes 100-109/1000")
                    .contains("Content-Range: bytes 250-259/1000");
            assertThat(pages.get("Range: bytes=120-129", "If-Range: \"v1\"").text())
                    .isEqualTo("0123456789");
            assertThat(pages.requests()).isEqualTo(before);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # what comes                | stored  | comes   | together
        behind, without a gap       | 0-99    | 100-199 | 0-199
        behind, overlapping         | 0-149   | 100-199 | 0-199
        in front, without a gap     | 100-199 | 0-99    | 0-199
        in front, overlapping       | 100-199 | 50-149  | 50-199
        around                      | 100-199 | 50-299  | 50-299
        """)
    void parts_that_touch_become_one(String what, String stored, String comes, String together) {
        try (var pages = new Pages()) {
            pages.range(first(stored), last(stored));
            pages.awaitStored(first(stored), last(stored));
            pages.range(first(comes), last(comes));
            pages.awaitStored(first(together), last(together));
            int before = pages.requests();

            assertThat(pages.range(first(together), last(together)).isHit()).isTrue();
            assertThat(pages.requests()).isEqualTo(before);
        }
    }

    private static int first(String range) {
        return Integer.parseInt(range.substring(0, range.indexOf('-')));
    }

    private static int last(String range) {
        return Integer.parseInt(range.substring(range.indexOf('-') + 1));
    }

    @Test
    void long_parts_in_many_chunks_are_combined_at_the_byte() {
        try (var pages = new Pages("maximum_object_size_in_memory 8 MB", "maximum_object_size 8 MB")) {
            pages.body = "abcdefghijklmnopqrstuvwxyz".repeat(100_000);
            pages.range(0, 1_500_000);
            pages.awaitStored(0, 1_500_000);
            pages.range(1_400_000, 2_000_000);
            pages.awaitStored(0, 2_000_000);

            var whole = pages.get();

            assertThat(whole.status()).isEqualTo(200);
            assertThat(whole.text()).isEqualTo(pages.body);
            assertThat(pages.lastRequest()).contains("Range: bytes=2000001-");
        }
    }

    @Test
    void a_request_for_the_whole_fetches_only_the_rest() {
        try (var pages = new Pages()) {
            pages.range(0, 399);
            pages.awaitStored(0, 399);

            var whole = pages.get();

            assertThat(pages.lastRequest()).contains("Range: bytes=400-").contains("If-Range: \"v1\"");
            assertThat(whole.status()).isEqualTo(200);
            assertThat(whole.text()).isEqualTo(pages.body);
            assertThat(whole.field("Content-Length")).hasValue("1000");
            assertThat(whole.field("Content-Range")).isEmpty();
            assertThat(whole.field("Cache-Status").orElse(""))
                    .contains("fwd=partial")
                    .contains("fwd-status=206");
            await().until(() -> pages.get().isHit());
            assertThat(pages.get().text()).isEqualTo(pages.body);
            assertThat(pages.get().status()).isEqualTo(200);
        }
    }

    @Test
    void a_page_that_changed_is_never_mixed_with_an_old_part() {
        try (var pages = new Pages()) {
            pages.range(0, 399);
            pages.awaitStored(0, 399);
            pages.etag = "\"v2\"";
            pages.body = "abcdefghij".repeat(90);

            assertThat(pages.get().text()).isEqualTo(pages.body);
        }
    }

    @Test
    void parts_of_different_versions_are_not_combined() {
        try (var pages = new Pages()) {
            pages.range(0, 399);
            pages.awaitStored(0, 399);
            pages.etag = "\"v2\"";
            pages.body = "abcdefghij".repeat(100);

            pages.range(400, 499);
            pages.awaitStored(400, 499);

            assertThat(pages.range(0, 499).isHit()).isFalse();
        }
    }

    @Test
    void a_stale_part_is_validated_for_the_range_alone() {
        try (var pages = new Pages()) {
            pages.cacheControl = "max-age=0, must-revalidate";
            pages.range(0, 399);
            await().until(() -> {
                pages.range(0, 9);
                return pages.lastRequest().contains("If-None-Match: \"v1\"");
            });
            pages.etag = "\"v2\"";
            pages.body = "abcdefghij".repeat(100);

            pages.range(10, 19);

            assertThat(pages.lastRequest()).contains("Range: bytes=10-19");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # why not            | ETag    | Cache-Control
        a weak validator     | W/"v1"  | max-age=600
        no-store             | "v1"    | no-store
        """)
    void a_part_that_cannot_be_combined_or_kept_is_passed_on(String why, String etag, String cacheControl) {
        try (var pages = new Pages()) {
            pages.etag = etag;
            pages.cacheControl = cacheControl;

            assertThat(pages.range(0, 9).isHit()).isFalse();
            assertThat(pages.range(0, 9).isHit()).isFalse();
            assertThat(pages.requests()).isEqualTo(2);
        }
    }

    @Test
    void only_if_cached_beyond_the_part_is_504() {
        try (var pages = new Pages()) {
            pages.range(0, 99);
            pages.awaitStored(0, 99);

            assertThat(pages.get("Cache-Control: only-if-cached").status()).isEqualTo(504);
            assertThat(pages.get("Cache-Control: only-if-cached", "Range: bytes=0-9")
                            .status())
                    .isEqualTo(206);
        }
    }

    @Test
    void head_is_not_answered_from_a_part() {
        try (var pages = new Pages()) {
            pages.range(0, 99);
            pages.awaitStored(0, 99);

            var head = RawHttp.exchange(pages.server.port(), "HEAD", "/page");

            assertThat(head.isHit()).isFalse();
            assertThat(head.field("Content-Range")).isEmpty();
        }
    }

    @Test
    void a_purge_removes_parts() {
        try (var pages = new Pages()) {
            pages.range(0, 99);
            pages.awaitStored(0, 99);

            assertThat(RawHttp.exchange(pages.server.port(), "PURGE", "/page").status())
                    .isEqualTo(200);
            assertThat(pages.range(0, 99).isHit()).isFalse();
        }
    }

    @Test
    void range_offset_limit_none_fetches_and_stores_the_whole() {
        try (var pages = new Pages("range_offset_limit none")) {
            pages.range(500, 509);

            assertThat(pages.lastRequest()).doesNotContain("Range:");
            await().until(() -> pages.get().isHit());
            assertThat(pages.get().text()).isEqualTo(pages.body);
            assertThat(pages.requests()).isOne();
        }
    }

    @Test
    void range_offset_limit_none_answers_416_itself() {
        try (var pages = new Pages("range_offset_limit none")) {
            var answer = pages.get("Range: bytes=5000-");

            assertThat(answer.status()).isEqualTo(416);
            assertThat(answer.field("Content-Range")).hasValue("bytes */1000");
        }
    }

    @Test
    void range_offset_limit_with_a_size_and_acls_takes_the_first_line_that_matches() {
        try (var pages = new Pages(
                "acl pictures urlpath_regex ^/pictures",
                "range_offset_limit none pictures",
                "range_offset_limit 200 bytes")) {
            pages.range(201, 209);
            assertThat(pages.lastRequest()).contains("Range: bytes=201-209");
            pages.get("Range: bytes=-10");
            assertThat(pages.lastRequest()).contains("Range: bytes=-10");
            pages.range(200, 209);
            assertThat(pages.lastRequest()).doesNotContain("Range:");

            RawHttp.get(pages.server.port(), "/pictures/1", "Range: bytes=900-909");
            assertThat(pages.lastRequest()).doesNotContain("Range:");
        }
    }

    @Test
    @DisplayName(
            "RFC 9111 §4.3.1: the ETags of variants that other requests chose are named, and a 304 says which is good")
    void variants_are_named() {
        try (var pages = new Pages()) {
            pages.more = "Vary: X-Kind\r\n";
            pages.get("X-Kind: a");
            await().until(() -> pages.get("X-Kind: a").isHit());
            pages.etag = "\"v2\"";
            pages.body = "second";
            pages.get("X-Kind: b");
            await().until(() -> pages.get("X-Kind: b").isHit());

            var other = pages.get("X-Kind: c");

            assertThat(pages.lastRequest()).contains("If-None-Match: \"v2\", \"v1\"");
            assertThat(other.status()).isEqualTo(200);
            assertThat(other.text()).isEqualTo("second");
            assertThat(other.field("Cache-Status").orElse(""))
                    .contains("fwd=vary-miss")
                    .contains("fwd-status=304");
            assertThat(pages.get("X-Kind: b").isHit()).isTrue();
        }
    }
}
