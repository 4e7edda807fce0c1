package io.loligo.cache.http;

/** The protocol versions that messages arrive in. RFC 9110 §2.5. */
public enum HttpVersion {
    HTTP_1_0("1.0"),
    HTTP_1_1("1.1"),
    HTTP_2("2.0");

    private final String number;

    HttpVersion(String number) {
        this.number = number;
    }

    /** The version as {@code Via} and the access log print it, for example {@code 1.1}. */
    public String number() {
        return number;
    }
}
