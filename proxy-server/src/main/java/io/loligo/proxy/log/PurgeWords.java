package io.loligo.proxy.log;

import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeTarget;
import java.nio.charset.StandardCharsets;

/**
 * What a purge is about, in the words that orders, receipts and cache_log use.
 *
 * @param kind {@code url}, {@code prefix}, {@code host}, {@code glob}, {@code pattern}, {@code tag} or {@code all}
 * @param text which one, a tag's bytes read as UTF-8; empty for {@code all}
 */
public record PurgeWords(String kind, String text) {

    public static PurgeWords of(PurgeTarget target) {
        return target.match(new PurgeTarget.Cases<>() {
            @Override
            public PurgeWords url(PurgeTarget.Url url) {
                return new PurgeWords("url", url.uri().toString());
            }

            @Override
            public PurgeWords prefix(PurgeTarget.Prefix prefix) {
                return new PurgeWords("prefix", prefix.text());
            }

            @Override
            public PurgeWords host(PurgeTarget.Host host) {
                return new PurgeWords("host", host.host());
            }

            @Override
            public PurgeWords glob(PurgeTarget.Glob glob) {
                return new PurgeWords("glob", glob.glob());
            }

            @Override
            public PurgeWords pattern(PurgeTarget.Pattern pattern) {
                return new PurgeWords("pattern", pattern.re2());
            }

            @Override
            public PurgeWords tag(PurgeTarget.Tag tag) {
                return new PurgeWords(
                        "tag", new String(tag.tag().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            }

            @Override
            public PurgeWords all(PurgeTarget.All all) {
                return new PurgeWords("all", "");
            }
        });
    }

    /** A purge that is in force, as cache_log has it. */
    public static String ordered(PurgeReceipt receipt) {
        PurgeWords words = of(receipt.order().target());
        StringBuilder line = new StringBuilder(128)
                .append("purge ")
                .append(receipt.id())
                .append(receipt.order().soft() ? ": soft, " : ": hard, ")
                .append(words.kind);
        if (!words.text.isEmpty()) {
            line.append(' ');
            LogEncoding.word(line, words.text);
        }
        return line.append(": ")
                .append(receipt.objects())
                .append(" objects, ")
                .append(receipt.bytes())
                .append(" bytes")
                .append(receipt.done() ? "" : " so far; in force, and swept in the background")
                .toString();
    }

    /** One that a client asked for by the PURGE method. */
    public static String byMethod(String url, long objects, long bytes) {
        StringBuilder line = new StringBuilder(128).append("PURGE ");
        LogEncoding.word(line, url);
        return line.append(": ")
                .append(objects)
                .append(" objects, ")
                .append(bytes)
                .append(" bytes")
                .toString();
    }
}
