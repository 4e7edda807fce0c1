package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.FieldRule;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.reuse.RangeSelection;
import io.loligo.cache.status.CacheStatus;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.log.AddressText;
import io.loligo.proxy.origin.OriginHandler.Answer;
import io.loligo.proxy.origin.OriginHandler.Cause;
import io.loligo.proxy.origin.OriginHandler.Unreachable;
import io.loligo.proxy.respond.ErrorPage;
import io.loligo.proxy.respond.Lookup;
import io.loligo.proxy.respond.ResponseFields;
import io.loligo.proxy.respond.ResponseSender.Framing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands an origin's answer, or the lack of one, to a client. Stateless; called on the client's I/O thread. */
final class Delivery {
    private static final int OK = 200;
    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

    /** Sends an answer that is on its way from the origin. */
    void stream(
            Exchange x, Arrived whole, BodyRelay.Reader reader, ResultCode code, ForwardReason why, boolean collapsed) {
        Arrived arrived =
                whole.head().status() == OK && (collapsed || whole.rangesWanted()) ? selected(x, whole) : whole;
        ResponseHead head = arrived.head();
        x.result(code);
        x.answeredBy(arrived.answer().code(), address(arrived.answer()));
        x.answering(head.status(), head.fields().first("Content-Type"));

        long length = arrived.length();
        Framing framing = Framing.LENGTH;
        Fields fields = x.forClient(head.fields());
        if (collapsed && arrived.stored() != null) {
            fields = arrived.stored().directives().reusable(fields);
        }
        if (x.isHead() || head.status() == 204 || head.status() == 304) {
            String announced = head.fields().first("Content-Length");
            fields = announced != null && head.status() != 204
                    ? fields.with("Content-Length", announced)
                    : fields.without("Content-Length");
        } else if (length >= 0) {
            fields = fields.with("Content-Length", Long.toString(length));
        } else if (x.version() == HttpVersion.HTTP_1_0) {
            fields = fields.without("Content-Length");
            framing = Framing.CLOSE;
            x.closeAfterwards();
        } else {
            framing = Framing.CHUNKED;
            fields = fields.without("Content-Length").plus("Transfer-Encoding", "chunked");
        }
        if (!fields.has("Date")) {
            fields =
                    fields.plus("Date", HttpDate.format(arrived.answer().times().responseTime()));
        }
        CacheStatus status = CacheStatus.forwarded(why)
                .withForwardStatus(arrived.answer().head().status());
        if (arrived.stored() != null) {
            status = status.withStored();
        } else if (arrived.notStored() != null) {
            status = status.withDetail(arrived.notStored().word());
        }
        if (collapsed) {
            status = status.withCollapsed();
        }
        ByteBuffer out = x.rules()
                .responseFields()
                .head(
                        head.status(),
                        head.reason(),
                        fields,
                        status,
                        code.isHit(),
                        code.isHit() ? Lookup.HIT : x.lookup(),
                        x.site().port().port(),
                        x.keepAlive(),
                        x.version());
        if (x.isHead() || arrived.size() == 0) {
            reader.close();
            x.sender().sendWhole(out, null, x::finished);
        } else if (arrived.size() > 0) {
            x.sender().send(out, framing, new BodyPart(reader, arrived.first(), arrived.size()), x::finished);
        } else {
            x.sender().send(out, framing, reader, x::finished);
        }
    }

    /** The part of a whole on its way that {@code x} asks for; several parts are no reason to wait for the whole. */
    private static Arrived selected(Exchange x, Arrived whole) {
        StoredHead described = whole.described();
        if (described == null) {
            return whole;
        }
        return RangeSelection.of(x.head(), described, whole.relay().length()).match(new RangeSelection.Cases<>() {
            @Override
            public Arrived whole(RangeSelection.Whole selection) {
                return whole;
            }

            @Override
            public Arrived single(RangeSelection.Single selection) {
                return whole.part(
                        new ResponseHead(
                                206,
                                "Partial Content",
                                whole.head().fields().with("Content-Range", selection.contentRange())),
                        selection.first(),
                        selection.size());
            }

            @Override
            public Arrived multiple(RangeSelection.Multiple selection) {
                return whole;
            }

            @Override
            public Arrived unsatisfiable(RangeSelection.Unsatisfiable selection) {
                return whole.part(
                        new ResponseHead(
                                416, "Range Not Satisfiable", Fields.of("Content-Range", selection.contentRange())),
                        0,
                        0);
            }
        });
    }

    /** Sends the page for a fetch that brought no answer. */
    void failed(Exchange x, Unreachable failure, ResultCode code) {
        String url = x.uri().toString();
        LOG.log(
                System.Logger.Level.WARNING,
                () -> "no answer for " + x.head().method() + " " + printable(url) + ": " + failure.message());
        if (failure.cause() == Cause.REQUEST_BODY) {
            x.closeAfterwards();
        }
        ClientRequestBody body = x.body();
        boolean tooBig = body != null && body.isTooBig();
        ErrorPage page = tooBig ? ErrorPage.ERR_TOO_BIG : page(failure.cause());
        x.refuse(page, code, "");
    }

    /** Passes on a 1xx answer, with its end-to-end fields. RFC 9110 §15.2; §8.6 has no Content-Length in it. */
    void interim(Exchange x, ResponseHead head) {
        ClientRequestBody body = x.body();
        if (head.status() == 100 && body != null && !body.passesOnContinue()) {
            return;
        }
        Fields fields = x.forClient(FieldRule.endToEnd(head.fields())).without("Content-Length");
        x.sender().interim(ResponseFields.interim(head.status(), head.reason(), fields));
    }

    static @Nullable String address(Answer answer) {
        List<InetSocketAddress> addresses = answer.peer().addresses();
        InetAddress address = addresses.isEmpty() ? null : addresses.get(0).getAddress();
        return address == null ? null : AddressText.of(address);
    }

    private static ErrorPage page(Cause cause) {
        return switch (cause) {
            case NO_PEER -> ErrorPage.ERR_CANNOT_FORWARD;
            case REFUSED -> ErrorPage.ERR_CONNECT_FAIL;
            case CONNECT_TIMEOUT -> ErrorPage.ERR_CONNECT_TIMEOUT;
            case READ_TIMEOUT -> ErrorPage.ERR_READ_TIMEOUT;
            case CLOSED -> ErrorPage.ERR_ZERO_SIZE_OBJECT;
            case RESET -> ErrorPage.ERR_READ_ERROR;
            case MALFORMED -> ErrorPage.ERR_INVALID_RESP;
            case TOO_BIG -> ErrorPage.ERR_INVALID_RESP;
            case REQUEST_BODY -> ErrorPage.ERR_INVALID_REQ;
        };
    }

    private static String printable(String url) {
        StringBuilder safe = new StringBuilder(url.length());
        url.chars().forEach(c -> safe.append(c < ' ' || c >= 0x7f ? '?' : (char) c));
        return safe.toString();
    }
}
