package io.loligo.proxy.access;

import io.loligo.cache.http.ResponseHead;
import java.util.List;

/** The answer's status code is in one of the ranges: http_status. */
record HttpStatusAcl(String name, List<NumberRange> ranges) implements Acl {
    @Override
    public boolean looksAtReply() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        ResponseHead reply = facts.reply();
        return reply != null && NumberRange.anyContains(ranges, reply.status());
    }
}
