package io.loligo.tests.bench.parts;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;

/** A request as browsers send them, for page {@code number}. */
final class Request {
    private Request() {}

    static RequestHead head(long number, String... more) {
        Fields.Builder fields = Fields.builder()
                .add("Host", "www.example.org")
                .add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
                .add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
                .add("Accept-Language", "en-US,en;q=0.5")
                .add("Accept-Encoding", "gzip, deflate, br")
                .add("Referer", "http://www.example.org/news")
                .add("Connection", "keep-alive");
        for (int i = 0; i < more.length; i += 2) {
            fields.add(more[i], more[i + 1]);
        }
        return new RequestHead(
                "GET", "/news/2026/" + number % 40 + "/article-" + number, HttpVersion.HTTP_1_1, fields.build());
    }
}
