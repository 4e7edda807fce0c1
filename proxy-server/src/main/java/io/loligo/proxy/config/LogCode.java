package io.loligo.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The %codes of logformat. Those without a value in an accelerator print {@code -}. */
public enum LogCode {
    CLIENT_ADDRESS(">a"),
    /** The client's address: its name would have to be looked up. */
    CLIENT_NAME(">A"),
    CLIENT_PORT(">p"),
    LOCAL_ADDRESS(">la", "la"),
    LOCAL_PORT(">lp", "lp"),
    PEER_ADDRESS("<a"),
    PEER_NAME("<A"),
    PEER_PORT("<p"),

    SECONDS("ts"),
    SUBSECOND("tu"),
    LOCAL_TIME(Argument.TIME, "tl"),
    GMT(Argument.TIME, "tg"),
    START_TIME("tS"),
    ELAPSED("tr"),
    PEER_TIME("<pt"),
    PEER_TOTAL_TIME("<tt"),

    METHOD("rm"),
    RECEIVED_METHOD(">rm", "<rm"),
    URL("ru"),
    RECEIVED_URL(">ru", "<ru"),
    SCHEME(">rs", "<rs"),
    HOST(">rd", "<rd"),
    URL_PORT(">rP", "<rP", "rP"),
    PATH("rp", ">rp", "<rp"),
    VERSION("rv", ">rv", "<rv"),
    REQUEST_HEADER(Argument.FIELD, ">h", ">ha"),
    SENT_HEADER(Argument.FIELD, "<h"),
    STATUS(">Hs", "Hs"),
    PEER_STATUS("<Hs"),
    MEDIA_TYPE("mt"),
    TRAFFIC("st"),
    RECEIVED_BYTES(">st"),
    SENT_BYTES("<st"),
    RECEIVED_HEAD_BYTES(">sh"),
    SENT_HEAD_BYTES("<sh"),
    SENT_BODY_BYTES("<sH"),

    RESULT("Ss"),
    HIERARCHY("Sh"),
    SEQUENCE("sn"),
    ERROR_CODE("err_code"),
    BYTE(Argument.NUMBER, "byte"),

    /** What an accelerator, or this version, does not have. */
    NOTHING(
            Argument.ANY,
            ">eui",
            "<la",
            "oa",
            "<lp",
            ">qos",
            "<qos",
            ">nfmark",
            "<nfmark",
            "dt",
            "busy_time",
            "et",
            "ea",
            "un",
            "ul",
            "ue",
            "us",
            "ui",
            "<sS",
            "<bs",
            "request_attempts",
            "err_detail",
            "note",
            "master_xaction",
            ">handshake",
            "transport::>connection_id",
            "proxy_protocol::>h",
            "ssl::>sni",
            "ssl::bump_mode",
            "ssl::>cert_subject",
            "ssl::>cert_issuer",
            "ssl::>cert",
            "ssl::<cert_subject",
            "ssl::<cert_issuer",
            "ssl::<cert_errors",
            "ssl::<cert",
            "ssl::>negotiated_version",
            "ssl::<negotiated_version",
            "ssl::>negotiated_cipher",
            "ssl::<negotiated_cipher",
            "ssl::>received_hello_version",
            "ssl::<received_hello_version",
            "ssl::>received_supported_version",
            "ssl::<received_supported_version",
            "adapt::all_trs",
            "adapt::sum_trs",
            "adapt::<last_h",
            "icap::tt",
            "icap::to",
            "icap::rm",
            "icap::ru",
            "icap::tr",
            "icap::tio",
            "icap::st",
            "icap::>st",
            "icap::<st",
            "icap::<bs",
            "icap::>h",
            "icap::<h",
            "icap::<last_h",
            "icap::Hs",
            "icap::<A",
            "icap::<service_name");

    /** What may stand in the braces of a code. */
    enum Argument {
        NONE,
        /** {@code NAME} or {@code NAME:[SEPARATOR]ELEMENT}. */
        FIELD,
        /** A format of strftime(3). */
        TIME,
        /** 1 to 255. */
        NUMBER,
        ANY
    }

    private final Argument argument;

    @SuppressWarnings("ImmutableEnumChecker") // a list that cannot be changed
    private final List<String> spellings;

    LogCode(String... spellings) {
        this(Argument.NONE, spellings);
    }

    LogCode(Argument argument, String... spellings) {
        this.argument = argument;
        this.spellings = List.of(spellings);
    }

    Argument argument() {
        return argument;
    }

    /** A code as it is spelled. */
    record Spelled(LogCode code, String spelling) {}

    /** The code with the longest spelling that {@code text} has at {@code at}, or null. */
    static @Nullable Spelled longestAt(String text, int at) {
        Spelled longest = null;
        for (LogCode code : values()) {
            for (String spelling : code.spellings) {
                if (text.startsWith(spelling, at)
                        && (longest == null || spelling.length() > longest.spelling.length())) {
                    longest = new Spelled(code, spelling);
                }
            }
        }
        return longest;
    }
}
