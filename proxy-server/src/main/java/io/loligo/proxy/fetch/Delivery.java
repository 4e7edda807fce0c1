package io.loligo.proxy.fetch;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.reuse.RangeSelection;
import io.loligo.cache.status.CacheStatus;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.exchange.BodyPart;
import io.loligo.proxy.exchange.ClientBody;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.log.AddressText;
import io.loligo.proxy.log.RecurringWarning;
import io.loligo.proxy.origin.OriginHandler.Cause;
import io.loligo.proxy.origin.OriginHandler.Unreachable;
import io.loligo.proxy.origin.Peer;
import io.loligo.proxy.respond.Answer;
import io.loligo.proxy.respond.BodySource;
import io.loligo.proxy.respond.CacheRemarks;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.Lookup;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands an origin's answer, or the lack of one, to a client. Stateless; called on the client's I/O thread. */
final class Delivery {
    private static final String CONTENT_LENGTH = "Content-Length";
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;
    private static final RecurringWarning UNREACHABLE =
            new RecurringWarning(System.getLogger(Delivery.class.getName()));

    /** Sends an answer that is on its way from the origin. */
    void stream(
            Exchange x,
            AnswerUnderway whole,
            BodyRelay.Reader reader,
            ResultCode code,
            ForwardReason why,
            boolean collapsed) {
        AnswerUnderway answer =
                whole.head().status() == OK && (collapsed || whole.rangesWithheld()) ? selected(x, whole) : whole;
        ResponseHead head = answer.head();
        x.result(code);
        x.answeredBy(answer.answer());
        Fields fields = fields(x, answer, collapsed);
        CacheRemarks remarks =
                x.remarks(cacheStatus(answer, why, collapsed), code.isHit(), code.isHit() ? Lookup.HIT : x.lookup());
        if (x.isHead() || answer.size() == 0) {
            reader.close();
            x.send(Answer.withoutBody(head.status(), head.reason(), fields, remarks));
        } else {
            BodySource body = answer.size() > 0 ? new BodyPart(reader, answer.first(), answer.size()) : reader;
            long length = hasBody(head.status()) ? answer.length() : 0;
            x.send(Answer.of(head.status(), head.reason(), fields, remarks, body, length));
        }
    }

    /** The end-to-end fields of the answer, with Content-Length where the length is known. */
    private static Fields fields(Exchange x, AnswerUnderway answer, boolean collapsed) {
        ResponseHead head = answer.head();
        StoredHead stored = collapsed ? answer.stored() : null;
        Fields fields = stored == null
                ? x.forClient(head.fields())
                : stored.directives().reusable(x.forClient(head.fields(), stored));
        String announced = head.fields().first(CONTENT_LENGTH);
        if (x.isHead() || !hasBody(head.status())) {
            fields = announced != null && head.status() != NO_CONTENT
                    ? fields.with(CONTENT_LENGTH, announced)
                    : fields.without(CONTENT_LENGTH);
        } else if (answer.length() >= 0) {
            fields = announces(fields, answer.length())
                    ? fields
                    : fields.with(CONTENT_LENGTH, Long.toString(answer.length()));
        } else {
            fields = fields.without(CONTENT_LENGTH);
        }
        return fields.has("Date")
                ? fields
                : fields.plus("Date", HttpDate.format(answer.answer().times().responseTime()));
    }

    /** Whether {@code fields} have one Content-Length, and it says {@code length}, so that no copy has to be made. */
    private static boolean announces(Fields fields, long length) {
        int line = fields.indexOf(CONTENT_LENGTH, 0);
        if (line < 0 || fields.indexOf(CONTENT_LENGTH, line + 1) >= 0) {
            return false;
        }
        String digits = fields.value(line);
        long rest = length;
        for (int i = digits.length() - 1; i > 0; i--) {
            if (digits.charAt(i) != '0' + rest % 10) {
                return false;
            }
            rest /= 10;
        }
        return rest < 10 && digits.length() > 0 && digits.charAt(0) == '0' + rest;
    }

    private static boolean hasBody(int status) {
        return status != NO_CONTENT && status != NOT_MODIFIED;
    }

    private static CacheStatus cacheStatus(AnswerUnderway answer, ForwardReason why, boolean collapsed) {
        boolean stored = answer.stored() != null;
        String detail =
                stored || answer.notStored() == null ? null : answer.notStored().word();
        return new CacheStatus(why, answer.answer().head().status(), null, stored, collapsed, null, detail);
    }

    /** The part of a whole on its way that {@code x} asks for; several parts are no reason to wait for the whole. */
    private static AnswerUnderway selected(Exchange x, AnswerUnderway whole) {
        StoredHead described = whole.described();
        if (described == null) {
            return whole;
        }
        return RangeSelection.of(x.head(), described, whole.relay().length()).match(new RangeSelection.Cases<>() {
            @Override
            public AnswerUnderway whole(RangeSelection.Whole selection) {
                return whole;
            }

            @Override
            public AnswerUnderway single(RangeSelection.Single selection) {
                return whole.part(
                        new ResponseHead(
                                206,
                                "Partial Content",
                                whole.head().fields().with("Content-Range", selection.contentRange())),
                        selection.first(),
                        selection.size());
            }

            @Override
            public AnswerUnderway multiple(RangeSelection.Multiple selection) {
                return whole;
            }

            @Override
            public AnswerUnderway unsatisfiable(RangeSelection.Unsatisfiable selection) {
                return whole.part(
                        new ResponseHead(
                                416, "Range Not Satisfiable", Fields.of("Content-Range", selection.contentRange())),
                        0,
                        0);
            }
        });
    }

    /**
     * Sends the page for a fetch that brought no answer.
     *
     * @param validation whether it was to validate a stored response, which must not stand in: where the origin could not be
     *     asked the status is 504, whatever the failure. RFC 9111 §5.2.2.2
     */
    void failed(Exchange x, Unreachable failure, ResultCode code, boolean validation) {
        String url = x.uri().toString();
        UNREACHABLE.met(
                failure.trouble(),
                () -> "no answer for " + x.head().method() + " " + printable(url) + ": " + failure.message());
        if (failure.cause() == Cause.REQUEST_BODY) {
            x.client().closeAfterwards();
        }
        ClientBody body = x.client().body();
        boolean tooBig = body != null && body.isTooBig();
        ErrorPage page = tooBig ? ErrorPage.ERR_TOO_BIG : page(failure.cause());
        if (failure.cause() == Cause.TOO_BIG) {
            x.refuse(page, BAD_GATEWAY, "Bad Gateway", code, "");
        } else if (validation && couldNotAsk(failure.cause())) {
            x.refuse(page, GATEWAY_TIMEOUT, "Gateway Timeout", code, "");
        } else {
            x.refuse(page, code, "");
        }
    }

    private static boolean couldNotAsk(Cause cause) {
        return switch (cause) {
            case NO_PEER, REFUSED, CONNECT_TIMEOUT, READ_TIMEOUT, CLOSED, RESET -> true;
            case MALFORMED, TOO_BIG, REQUEST_BODY -> false;
        };
    }

    /** Passes on a 1xx answer, with its end-to-end fields. RFC 9110 §15.2; §8.6 has no Content-Length in it. */
    void interim(Exchange x, ResponseHead head) {
        ClientBody body = x.client().body();
        if (head.status() == 100 && body != null && !body.passesOnContinue()) {
            return;
        }
        Fields fields = x.forClient(FieldRule.endToEnd(head.fields())).without(CONTENT_LENGTH);
        x.interim(new ResponseHead(head.status(), head.reason(), fields));
    }

    /** An address that a peer was connected to, as the log names it; null for none. */
    static @Nullable String address(@Nullable InetSocketAddress connectedTo) {
        return connectedTo == null ? null : AddressText.of(connectedTo.getAddress());
    }

    /** The address of the peer that failed: the one that was connected to, or that was to be; null where there was none to try. */
    static @Nullable String address(Unreachable failure) {
        InetSocketAddress connectedTo = failure.address();
        Peer peer = failure.peer();
        if (connectedTo != null || peer == null) {
            return address(connectedTo);
        }
        List<InetSocketAddress> known = peer.addresses();
        return known.isEmpty() ? null : address(known.get(0));
    }

    private static ErrorPage page(Cause cause) {
        return switch (cause) {
            case NO_PEER -> ErrorPage.ERR_CANNOT_FORWARD;
            case REFUSED -> ErrorPage.ERR_CONNECT_FAIL;
            case CONNECT_TIMEOUT -> ErrorPage.ERR_CONNECT_TIMEOUT;
            case READ_TIMEOUT -> ErrorPage.ERR_READ_TIMEOUT;
            case CLOSED -> ErrorPage.ERR_ZERO_SIZE_OBJECT;
            case RESET, MALFORMED -> ErrorPage.ERR_INVALID_RESP;
            case TOO_BIG -> ErrorPage.ERR_TOO_BIG;
            case REQUEST_BODY -> ErrorPage.ERR_INVALID_REQ;
        };
    }

    private static String printable(String url) {
        StringBuilder safe = new StringBuilder(url.length());
        url.chars().forEach(c -> safe.append(c < ' ' || c >= 0x7f ? '?' : (char) c));
        return safe.toString();
    }
}
