package io.loligo.proxy.respond;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.RequestHead;
import java.util.List;

/**
 * How many more servers a TRACE or OPTIONS request may pass. RFC 9110 §7.6.2. Of other methods, and where the value is
 * not one number, the field means nothing and goes on as it is.
 */
public final class MaxForwards {
    static final String NAME = "Max-Forwards";
    /** Longer numbers are no limit that a request could reach. */
    private static final int DIGITS_MAX = 9;

    private MaxForwards() {}

    /** Whether this server is the last one: it answers by itself. */
    public static boolean isUsedUp(RequestHead head) {
        return limits(head) && Integer.parseInt(head.fields().all(NAME).get(0)) == 0;
    }

    /** The value for the next server. */
    static Fields decremented(RequestHead head, Fields fields) {
        return limits(head) && fields.has(NAME)
                ? fields.with(
                        NAME,
                        Integer.toString(
                                Integer.parseInt(head.fields().all(NAME).get(0)) - 1))
                : fields;
    }

    private static boolean limits(RequestHead head) {
        if (!head.isMethod("TRACE") && !head.isMethod("OPTIONS")) {
            return false;
        }
        List<String> values = head.fields().all(NAME);
        return values.size() == 1
                && !values.get(0).isEmpty()
                && values.get(0).length() <= DIGITS_MAX
                && values.get(0).chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
