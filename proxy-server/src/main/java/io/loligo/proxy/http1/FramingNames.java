package io.loligo.proxy.http1;

/**
 * Field names that some servers take for Content-Length or Transfer-Encoding though they are neither: CGI and its
 * successors (RFC 3875 §4.1.18) give an application {@code Content_Length} and {@code Content-Length} under one name, PHP
 * also {@code Content.Length}. Such a field could tell the application another length than the one that the message has, so
 * it is not forwarded.
 */
public final class FramingNames {
    private static final String CONTENT_LENGTH = "content-length";
    private static final String TRANSFER_ENCODING = "transfer-encoding";

    private FramingNames() {}

    /** Whether {@code name} is Content-Length or Transfer-Encoding but for other punctuation in the place of the hyphen. */
    public static boolean isShadow(String name) {
        return isShadow(name, CONTENT_LENGTH) || isShadow(name, TRANSFER_ENCODING);
    }

    private static boolean isShadow(String name, String of) {
        if (name.length() != of.length()) {
            return false;
        }
        boolean differs = false;
        for (int i = 0; i < of.length(); i++) {
            char expected = of.charAt(i);
            char found = name.charAt(i);
            if (expected != '-') {
                if ((found | 0x20) != expected) {
                    return false;
                }
            } else if (found != '-') {
                if ((found >= '0' && found <= '9')
                        || (found >= 'A' && found <= 'Z')
                        || (found >= 'a' && found <= 'z')) {
                    return false;
                }
                differs = true;
            }
        }
        return differs;
    }
}
