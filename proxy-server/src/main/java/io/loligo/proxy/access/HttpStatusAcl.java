package io.loligo.proxy.access;

import io.loligo.cache.http.ResponseHead;
import java.util.List;

/** The answer's status code is in one of the ranges: http_status. */
record HttpStatusAcl(String name, List<Range> ranges) implements Acl {

    /** Both ends included. */
    record Range(int first, int last) {}

    @Override
    public boolean looksAtReply() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        ResponseHead reply = facts.reply();
        if (reply == null) {
            return false;
        }
        for (Range range : ranges) {
            if (range.first <= reply.status() && reply.status() <= range.last) {
                return true;
            }
        }
        return false;
    }
}
