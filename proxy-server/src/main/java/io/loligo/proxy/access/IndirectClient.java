package io.loligo.proxy.access;

import io.loligo.cache.http.Fields;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client of a request that came through proxies, as the field X-Forwarded-For names it. Squid's indirect client.
 *
 * @param address its address
 * @param inAcls whether the acl type src looks at it, and not at the proxy's: acl_uses_indirect_client
 * @param inDelayPools whether delay pools count it: delay_pool_uses_indirect_client
 * @param inLogs whether the access log shows it: log_uses_indirect_client
 */
public record IndirectClient(InetAddress address, boolean inAcls, boolean inDelayPools, boolean inLogs) {
    /** How many addresses of X-Forwarded-For are looked at; Squid's number. Those further left are not believed. */
    static final int HOPS_MAX = 64;

    private static final String FIELD = "X-Forwarded-For";

    /**
     * The address that X-Forwarded-For names as the client's, or null where nobody is believed. Pure.
     *
     * <p>The field is read from its right end: who connected is asked about first, then each address in turn. As long as
     * {@code believed} allows an address, the one to its left is what it saw as its client. The walk ends at an address that
     * is not believed, at the left end, at what is no address, or after {@link #HOPS_MAX} addresses.
     *
     * @param facts of the request; {@code believed} sees each address as the client's
     * @param believed follow_x_forwarded_for
     */
    public static @Nullable InetAddress named(RequestFacts facts, AccessList believed) {
        List<String> lines = facts.head().fields().all(FIELD);
        if (lines.isEmpty()) {
            return null;
        }
        Chain chain = new Chain(lines);
        InetAddress found = null;
        RequestFacts asked = facts;
        for (int i = 0; i < HOPS_MAX && believed.decide(asked).allowed(); i++) {
            InetAddress next = chain.previous();
            if (next == null) {
                break;
            }
            found = next;
            asked = facts.withIndirectClient(new IndirectClient(next, true, true, true));
        }
        return found;
    }

    /** Whether a request says that a proxy sent it on: then the address of its connection is not its client's. */
    static boolean isForwarded(Fields fields) {
        return fields.has(FIELD) || fields.has("Forwarded") || fields.has("X-Real-IP") || fields.has("Via");
    }

    /** The members of the field's lines, from the last to the first. Empty ones are passed over. RFC 9110 §5.6.1. */
    private static final class Chain {
        private final List<String> lines;
        private int line;
        /** Where the part of the line ends that is not read yet. */
        private int end;

        private Chain(List<String> lines) {
            this.lines = lines;
            this.line = lines.size() - 1;
            this.end = lines.get(line).length();
        }

        /** The next address to the left; null where there is none, or something else. */
        private @Nullable InetAddress previous() {
            while (line >= 0) {
                String text = lines.get(line);
                int comma = end == 0 ? -1 : text.lastIndexOf(',', end - 1);
                String member = text.substring(comma + 1, end).strip();
                if (comma >= 0) {
                    end = comma;
                } else if (--line >= 0) {
                    end = lines.get(line).length();
                }
                if (!member.isEmpty()) {
                    return address(member);
                }
            }
            return null;
        }

        private static @Nullable InetAddress address(String text) {
            boolean bracketed = text.startsWith("[") && text.endsWith("]") && text.indexOf(':') >= 0;
            return AddressLiteral.strict(bracketed ? text.substring(1, text.length() - 1) : text)
                    .orElse(null);
        }
    }
}
