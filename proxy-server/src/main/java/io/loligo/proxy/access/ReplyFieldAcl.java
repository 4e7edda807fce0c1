package io.loligo.proxy.access;

import io.loligo.cache.http.ResponseHead;
import java.util.List;

/** A field of the answer matches one of the patterns: rep_header, rep_mime_type. What is absent matches nothing. */
record ReplyFieldAcl(String name, String field, List<PosixRegex> patterns) implements Acl {
    @Override
    public boolean looksAtReply() {
        return true;
    }

    @Override
    public boolean looksAtReplyBeyondType() {
        return !field.equalsIgnoreCase("Content-Type");
    }

    @Override
    public boolean matches(RequestFacts facts) {
        ResponseHead reply = facts.reply();
        if (reply == null || !reply.fields().has(field)) {
            return false;
        }
        String text = String.join(", ", reply.fields().all(field));
        for (PosixRegex pattern : patterns) {
            if (pattern.find(text)) {
                return true;
            }
        }
        return false;
    }
}
