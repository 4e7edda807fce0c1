package io.loligo.proxy.respond;

import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A final answer to a client: status, fields and body, whatever the wire looks like that it goes out on. A door writes it
 * as HTTP/1.1 or HTTP/2 has it, and adds the framing. RFC 9110 §3.4.
 *
 * <p>Made and sent on the client's I/O thread. The body belongs to the answer, and its writer closes it.
 */
public final class Answer {
    private final int status;
    private final String reason;
    private final Fields fields;
    private final CacheRemarks remarks;
    private final @Nullable BodySource body;
    private final long length;
    private final @Nullable StoredForm storedForm;
    private final boolean remarked;

    /**
     * The head as it is stored, ready for an HTTP/1.1 connection.
     *
     * @param head status line and fields, without the empty line, Age and what this cache adds; its position is moved by
     *     the writer
     * @param ageSeconds the current age. RFC 9111 §4.2.3
     * @param hidden the fields that are stored but do not go out, and that {@code head} lacks
     */
    public record StoredForm(ByteBuffer head, long ageSeconds, FieldNames hidden) {}

    private Answer(
            int status,
            String reason,
            Fields fields,
            CacheRemarks remarks,
            @Nullable BodySource body,
            long length,
            @Nullable StoredForm storedForm,
            boolean remarked) {
        this.status = status;
        this.reason = reason;
        this.fields = fields;
        this.remarks = remarks;
        this.body = body;
        this.length = length;
        this.storedForm = storedForm;
        this.remarked = remarked;
    }

    /**
     * An answer without a body, such as one to HEAD, or with a status that has none.
     *
     * @param fields all end-to-end fields, Content-Length included where it is to be said
     */
    public static Answer withoutBody(int status, String reason, Fields fields, CacheRemarks remarks) {
        return new Answer(status, reason, fields, remarks, null, 0, null, false);
    }

    /**
     * An answer with a body.
     *
     * @param fields all end-to-end fields; with Content-Length exactly where {@code length} is not -1
     * @param length of the body in bytes; -1 when only its end will tell
     */
    public static Answer of(
            int status, String reason, Fields fields, CacheRemarks remarks, BodySource body, long length) {
        return new Answer(status, reason, fields, remarks, body, length, null, false);
    }

    /**
     * A stored answer that goes out as it is stored.
     *
     * @param fields as stored
     * @param body null where none is sent, as in an answer to HEAD
     * @param length of the stored body in bytes
     */
    public static Answer stored(
            int status,
            String reason,
            Fields fields,
            StoredForm form,
            CacheRemarks remarks,
            @Nullable BodySource body,
            long length) {
        return new Answer(status, reason, fields, remarks, body, length, form, false);
    }

    /**
     * The same answer with {@code all} its fields, those that this cache adds included, after the operator's rules. Takes the
     * place of this one, which must not be sent then.
     */
    public Answer remarked(Fields all) {
        return new Answer(status, reason, all, remarks, body, length, null, true);
    }

    public int status() {
        return status;
    }

    public String reason() {
        return reason;
    }

    /** Whether {@link #fields} are all that goes out but for the framing: nothing of {@link #remarks} is added. */
    public boolean isRemarked() {
        return remarked;
    }

    /**
     * The end-to-end fields, Age and Content-Length included; without those of {@link #remarks}, unless it is {@linkplain
     * #isRemarked remarked}.
     */
    public Fields fields() {
        if (storedForm == null) {
            return fields;
        }
        return storedForm
                .hidden()
                .removedFrom(fields)
                .plus("Age", Long.toString(storedForm.ageSeconds()))
                .plus("Content-Length", Long.toString(length));
    }

    /** What this cache says of it. */
    public CacheRemarks remarks() {
        return remarks;
    }

    /** Null where no body is sent. */
    public @Nullable BodySource body() {
        return body;
    }

    /** The length of the body in bytes; -1 when only its end will tell. */
    public long length() {
        return length;
    }

    /** The same head in the form in which it is stored; null where it was composed. */
    public @Nullable StoredForm storedForm() {
        return storedForm;
    }
}
