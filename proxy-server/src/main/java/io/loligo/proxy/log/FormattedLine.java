package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.LogFormat.Code;
import io.loligo.proxy.config.LogFormat.Custom;
import io.loligo.proxy.config.LogFormat.Part;
import io.loligo.proxy.config.LogFormat.Text;
import io.loligo.proxy.config.TimeFormat;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes transactions as lines of a logformat. The format is compiled once into an array of writers, one for each of its
 * parts; a line is a walk over that array.
 *
 * <p>Used by one thread: it keeps the text of the last second and of the last client.
 */
final class FormattedLine implements LineFormat {
    /** A number that is not known, which prints {@code -}. */
    private static final long NOTHING = Long.MIN_VALUE;

    private static final String LOCAL_DEFAULT = "%d/%b/%Y:%H:%M:%S %z";
    private static final String GMT_DEFAULT = "%d/%b/%Y:%H:%M:%S";
    private static final int MICROS_DIGITS = 6;

    private final LineSettings settings;
    private final FieldWriter[] writers;

    /** Writes one part of a line. */
    private interface FieldWriter {
        void write(StringBuilder line, Transaction t);
    }

    FormattedLine(Custom format, LineSettings settings) {
        this.settings = settings;
        this.writers = format.parts().stream().map(this::writer).toArray(FieldWriter[]::new);
    }

    @Override
    public void append(StringBuilder line, Transaction t) {
        for (FieldWriter writer : writers) {
            writer.write(line, t);
        }
        line.append('\n');
    }

    private FieldWriter writer(Part part) {
        if (part instanceof Text text) {
            String printable = printable(text.text());
            return (line, t) -> line.append(printable);
        }
        Code code = (Code) part;
        return switch (code.code()) {
            case CLIENT_ADDRESS -> text(code, FieldEncoding.WORD, new LastAddress(settings));
            case CLIENT_NAME -> text(code, FieldEncoding.WORD, new LastAddress(settings));
            case CLIENT_PORT -> number(code, ofFacts(facts -> facts.client().getPort()));
            case LOCAL_ADDRESS ->
                text(
                        code,
                        FieldEncoding.WORD,
                        ofFactsText(facts -> AddressText.of(facts.local().getAddress())));
            case LOCAL_PORT -> number(code, ofFacts(facts -> facts.local().getPort()));
            case PEER_ADDRESS -> text(code, FieldEncoding.WORD, t -> t.route().peerAddress());
            case PEER_NAME -> text(code, FieldEncoding.WORD, ofPeer(Transaction.Peered::name));
            case PEER_PORT -> number(code, ofPeerNumber(Transaction.Peered::port));

            case SECONDS -> number(code, t -> Math.floorDiv(t.endMillis(), 1000));
            case SUBSECOND -> subsecond(code);
            case LOCAL_TIME -> time(code, settings.zone(), LOCAL_DEFAULT);
            case GMT -> time(code, ZoneOffset.UTC, GMT_DEFAULT);
            case START_TIME -> text(code, FieldEncoding.WORD, FormattedLine::startTime);
            case ELAPSED -> duration(code, Transaction::elapsedMillis);
            case PEER_TIME -> duration(code, ofPeerNumber(Transaction.Peered::responseMillis));
            case PEER_TOTAL_TIME -> duration(code, FormattedLine::peerTotal);

            case METHOD -> text(code, FieldEncoding.WORD, Transaction::method);
            case RECEIVED_METHOD -> text(code, FieldEncoding.WORD, t -> t.isUnderstood() ? t.method() : null);
            case URL -> text(code, FieldEncoding.WORD, settings::url);
            case RECEIVED_URL -> text(code, FieldEncoding.UNSAFE, settings::url);
            case SCHEME -> text(code, FieldEncoding.UNSAFE, ofUri(EffectiveUri::scheme));
            case HOST -> text(code, FieldEncoding.UNSAFE, ofUri(EffectiveUri::host));
            case URL_PORT -> number(code, ofFacts(facts -> facts.uri().port()));
            case PATH -> text(code, FieldEncoding.UNSAFE, ofUri(EffectiveUri::pathAndQuery));
            case VERSION -> text(code, FieldEncoding.WORD, t -> t.version().number());
            case REQUEST_HEADER -> text(code, FieldEncoding.UNSAFE, header(code, Transaction::requestFields, false));
            case SENT_HEADER ->
                text(code, FieldEncoding.UNSAFE, header(code, t -> t.sentHead().fields(), true));
            case STATUS -> number(code, Transaction::status);
            case PEER_STATUS -> number(code, ofPeerNumber(Transaction.Peered::status));
            case MEDIA_TYPE -> text(code, FieldEncoding.WORD, Transaction::contentType);
            case TRAFFIC -> number(code, t -> t.isUnderstood() ? t.receivedBytes() + t.bytesSent() : NOTHING);
            case RECEIVED_BYTES -> number(code, t -> t.isUnderstood() ? t.receivedBytes() : NOTHING);
            case SENT_BYTES -> number(code, Transaction::bytesSent);
            case RECEIVED_HEAD_BYTES -> number(code, t -> t.isUnderstood() ? t.receivedHeadBytes() : NOTHING);
            case SENT_HEAD_BYTES -> number(code, t -> t.bytesSent() - t.bodyBytesSent());
            case SENT_BODY_BYTES -> number(code, Transaction::bodyBytesSent);

            case RESULT ->
                text(
                        code,
                        FieldEncoding.WORD,
                        t -> t.aborted() ? t.result() + "_ABORTED" : t.result().toString());
            case HIERARCHY ->
                text(code, FieldEncoding.WORD, t -> t.route().hierarchy().toString());
            case SEQUENCE -> number(code, t -> settings.sequence());
            case ERROR_CODE -> text(code, FieldEncoding.WORD, Transaction::errorPage);
            case BYTE -> {
                char octet = (char) Integer.parseInt(code.argument());
                yield (line, t) -> line.append(octet);
            }
            case NOTHING -> (line, t) -> line.append('-');
        };
    }

    /** What an operator wrote, as it is in the file: Latin-1, or UTF-8 where it is not. */
    private static String printable(String text) {
        if (text.chars().allMatch(c -> c < 0x100)) {
            return text;
        }
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static FieldWriter text(Code code, FieldEncoding plain, Function<Transaction, @Nullable String> value) {
        FieldEncoding encoding = FieldEncoding.of(code.style(), plain);
        int max = code.max() == Code.UNLIMITED ? Integer.MAX_VALUE : code.max();
        return (line, t) -> {
            String text = value.apply(t);
            if (text == null || text.isEmpty()) {
                line.append('-');
                return;
            }
            int start = line.length();
            encoding.append(line, text, max);
            pad(line, start, code);
        };
    }

    private static FieldWriter number(Code code, ToLongFunction<Transaction> value) {
        return (line, t) -> {
            long number = value.applyAsLong(t);
            if (number == NOTHING) {
                line.append('-');
                return;
            }
            int start = line.length();
            line.append(number);
            if (code.zero()) {
                zeros(line, start, code.width());
            }
            if (code.max() != Code.UNLIMITED && line.length() - start > code.max()) {
                line.setLength(start + code.max());
            }
            pad(line, start, code);
        };
    }

    /** Milliseconds; MAX is the number of decimals, of which this server measures none. */
    private static FieldWriter duration(Code code, ToLongFunction<Transaction> millis) {
        if (code.max() == Code.UNLIMITED || code.max() == 0) {
            return number(code, millis);
        }
        String decimals = "." + "0".repeat(code.max());
        return (line, t) -> {
            long number = millis.applyAsLong(t);
            if (number == NOTHING) {
                line.append('-');
                return;
            }
            int start = line.length();
            line.append(number).append(decimals);
            if (code.zero()) {
                zeros(line, start, code.width());
            }
            pad(line, start, code);
        };
    }

    /** The fraction of the second: milliseconds, or as many of its digits as MAX says. */
    private static FieldWriter subsecond(Code code) {
        if (code.max() == Code.UNLIMITED || code.max() == 0) {
            return number(code, t -> Math.floorMod(t.endMillis(), 1000));
        }
        int digits = Math.min(MICROS_DIGITS, code.max());
        return (line, t) -> {
            int start = line.length();
            line.append(Math.floorMod(t.endMillis(), 1000) * 1000L);
            zeros(line, start, MICROS_DIGITS);
            line.setLength(start + digits);
            pad(line, start, code);
        };
    }

    private static FieldWriter time(Code code, ZoneId zone, String otherwise) {
        TimeFormat format = new TimeFormat(code.argument().isEmpty() ? otherwise : code.argument());
        return text(code, FieldEncoding.RAW, new LastSecond(format, zone));
    }

    /** Puts zeros before what was written from {@code start} on. */
    private static void zeros(StringBuilder line, int start, int width) {
        for (int i = line.length() - start; i < width; i++) {
            line.insert(start, '0');
        }
    }

    private static void pad(StringBuilder line, int start, Code code) {
        int missing = code.width() - (line.length() - start);
        for (int i = 0; i < missing; i++) {
            if (code.left()) {
                line.append(' ');
            } else {
                line.insert(start, ' ');
            }
        }
    }

    private static String startTime(Transaction t) {
        long start = t.endMillis() - t.elapsedMillis();
        StringBuilder text =
                new StringBuilder(16).append(Math.floorDiv(start, 1000)).append('.');
        int at = text.length();
        text.append(Math.floorMod(start, 1000));
        zeros(text, at, 3);
        return text.toString();
    }

    private static long peerTotal(Transaction t) {
        Transaction.Peered peered = t.route().peered();
        return peered == null || peered.askedMillis() <= 0
                ? NOTHING
                : Math.max(0, t.endMillis() - peered.askedMillis());
    }

    private static ToLongFunction<Transaction> ofFacts(ToLongFunction<RequestFacts> value) {
        return t -> {
            RequestFacts facts = t.facts();
            return facts == null ? NOTHING : value.applyAsLong(facts);
        };
    }

    private static Function<Transaction, @Nullable String> ofFactsText(Function<RequestFacts, String> value) {
        return t -> {
            RequestFacts facts = t.facts();
            return facts == null ? null : value.apply(facts);
        };
    }

    private static Function<Transaction, @Nullable String> ofUri(Function<EffectiveUri, String> value) {
        return ofFactsText(facts -> value.apply(facts.uri()));
    }

    private static Function<Transaction, @Nullable String> ofPeer(
            Function<Transaction.Peered, @Nullable String> value) {
        return t -> {
            Transaction.Peered peered = t.route().peered();
            return peered == null ? null : value.apply(peered);
        };
    }

    /** A number of a peer's; negative ones are not known. */
    private static ToLongFunction<Transaction> ofPeerNumber(ToLongFunction<Transaction.Peered> value) {
        return t -> {
            Transaction.Peered peered = t.route().peered();
            long number = peered == null ? -1 : value.applyAsLong(peered);
            return number < 0 ? NOTHING : number;
        };
    }

    /** All fields, one field, or one element of a field's list: {@code NAME:[SEPARATOR]ELEMENT}. */
    private static Function<Transaction, @Nullable String> header(
            Code code, Function<Transaction, Fields> fields, boolean sent) {
        String argument = code.argument();
        if (argument.isEmpty()) {
            return t -> all(fields.apply(t), sent ? t.sentHead().statusLine() : null);
        }
        int colon = argument.indexOf(':');
        if (colon < 0) {
            return t -> fields.apply(t).combined(argument);
        }
        String name = argument.substring(0, colon);
        String rest = argument.substring(colon + 1);
        boolean comma = rest.isEmpty() || Character.isLetterOrDigit(rest.charAt(0));
        char separator = comma ? ',' : rest.charAt(0);
        String element = comma ? rest : rest.substring(1);
        return t -> {
            String value = fields.apply(t).combined(name);
            return value == null ? null : element(value, separator, element);
        };
    }

    /**
     * The value of the first {@code NAME=VALUE} in a list; the empty text for a name alone; null when there is none. As in
     * Squid a comma ends an item too, and nothing does between quotes.
     */
    private static @Nullable String element(String list, char separator, String name) {
        int start = 0;
        while (start <= list.length()) {
            int end = itemEnd(list, start, separator);
            String item = list.substring(start, end).strip();
            if (item.regionMatches(true, 0, name, 0, name.length())
                    && (item.length() == name.length() || item.charAt(name.length()) == '=')) {
                return item.length() == name.length() ? "" : item.substring(name.length() + 1);
            }
            start = end + 1;
        }
        return null;
    }

    private static int itemEnd(String list, int start, char separator) {
        boolean quoted = false;
        for (int i = start; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (!quoted && (c == separator || c == ',')) {
                return i;
            }
        }
        return list.length();
    }

    /** Every field as a line, secrets hidden. */
    private static String all(Fields fields, @Nullable String first) {
        StringBuilder text = new StringBuilder(512);
        if (first != null && !first.isEmpty()) {
            text.append(first).append("\r\n");
        }
        for (int i = 0; i < fields.size(); i++) {
            boolean secret = AccessLogLine.SECRET.contains(fields.name(i).toLowerCase(Locale.ROOT));
            text.append(fields.name(i))
                    .append(": ")
                    .append(secret ? "***" : fields.value(i))
                    .append("\r\n");
        }
        return text.toString();
    }

    /** The client's address, kept from the last line. */
    private static final class LastAddress implements Function<Transaction, @Nullable String> {
        private final LineSettings settings;
        private @Nullable InetAddress client;
        private String text = "";

        LastAddress(LineSettings settings) {
            this.settings = settings;
        }

        @Override
        public String apply(Transaction t) {
            if (!t.client().equals(client)) {
                client = t.client();
                text = AddressText.of(settings.mask().of(client));
            }
            return text;
        }
    }

    /** A time of whole seconds, kept from the last line. */
    private static final class LastSecond implements Function<Transaction, @Nullable String> {
        private final TimeFormat format;
        private final ZoneId zone;
        private long second = Long.MIN_VALUE;
        private String text = "";

        LastSecond(TimeFormat format, ZoneId zone) {
            this.format = format;
            this.zone = zone;
        }

        @Override
        public String apply(Transaction t) {
            long now = Math.floorDiv(t.endMillis(), 1000);
            if (now != second) {
                second = now;
                text = format.format(Instant.ofEpochSecond(now).atZone(zone));
            }
            return text;
        }
    }
}
