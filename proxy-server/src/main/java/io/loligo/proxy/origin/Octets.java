package io.loligo.proxy.origin;

/** Classes of octets in messages. RFC 9110 §5.5 and §5.6.2. */
final class Octets {
    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (int c = '0'; c <= '9'; c++) {
            TOKEN[c] = true;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[c - 'a' + 'A'] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private Octets() {}

    /** tchar. */
    static boolean isToken(int octet) {
        return TOKEN[octet];
    }

    /** VCHAR, obs-text, SP or HTAB: what a field value and a reason phrase may hold. */
    static boolean isFieldContent(int octet) {
        return octet >= 0x20 ? octet != 0x7f : octet == '\t';
    }
}
