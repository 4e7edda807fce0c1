package io.loligo.proxy.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The user name of Basic credentials, RFC 7617 §2. */
final class BasicUser {
    private static final String SCHEME = "basic ";

    private BasicUser() {}

    /**
     * The bytes of the user name, one per char.
     *
     * @param credentials the field Authorization; null when the request has none
     * @return empty when there are no Basic credentials, or such that cannot be decoded
     */
    static String bytes(@Nullable String credentials) {
        if (credentials == null || !credentials.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return "";
        }
        try {
            String pair = new String(
                    Base64.getDecoder()
                            .decode(credentials.substring(SCHEME.length()).trim()),
                    ISO_8859_1);
            int colon = pair.indexOf(':');
            return colon < 0 ? pair : pair.substring(0, colon);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }
}
