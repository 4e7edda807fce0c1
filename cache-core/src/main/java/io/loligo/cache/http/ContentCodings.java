package io.loligo.cache.http;

/** Content codings. RFC 9110 §8.4.1 and §12.5.3. */
public final class ContentCodings {
    private ContentCodings() {}

    /**
     * Whether a client says in {@code request} that it understands each coding of the body that {@code response} is about.
     * A client that says nothing is taken to understand none: what it is sent nevertheless is the origin's to decide.
     */
    public static boolean areUnderstood(Fields response, Fields request) {
        for (String line : response.all("Content-Encoding")) {
            for (String member : line.split(",", -1)) {
                String coding = name(member);
                if (!coding.isEmpty() && !coding.equalsIgnoreCase("identity") && !isUnderstood(coding, request)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isUnderstood(String coding, Fields request) {
        boolean any = false;
        for (String line : request.all("Accept-Encoding")) {
            for (String member : line.split(",", -1)) {
                String name = name(member);
                if (name.equalsIgnoreCase(coding)) {
                    return !isRefused(member);
                }
                any |= name.equals("*") && !isRefused(member);
            }
        }
        return any;
    }

    /** The coding without parameters; x-gzip and x-compress are old names of gzip and compress. RFC 9110 §8.4.1. */
    private static String name(String member) {
        int semicolon = member.indexOf(';');
        String name = (semicolon < 0 ? member : member.substring(0, semicolon)).strip();
        return name.regionMatches(true, 0, "x-", 0, 2) ? name.substring(2) : name;
    }

    /** Whether its quality is zero, in however many digits. */
    private static boolean isRefused(String member) {
        int equals = member.indexOf('=');
        String quality = equals < 0 ? "" : member.substring(equals + 1).strip();
        return quality.startsWith("0") && quality.chars().allMatch(digit -> digit == '0' || digit == '.');
    }
}
