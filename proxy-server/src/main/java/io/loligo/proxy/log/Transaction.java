package io.loligo.proxy.log;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.RequestFacts;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one exchange: made once, at its end, by the thread that served it; read by the log and the counters.
 *
 * @param endMillis when the answer was finished, epoch milliseconds
 * @param elapsedMillis since the first byte of the request
 * @param client the client's address
 * @param result Squid's result code
 * @param aborted whether the client left before the end (logged as a suffix {@code _ABORTED})
 * @param status the status sent; 0 when none was
 * @param bytesSent to the client, head included
 * @param bodyBytesSent to the client, head excluded
 * @param method the request's method; {@code NONE} when it could not be read
 * @param url the effective URL, whole; {@code error:invalid-request} and the like when there is none; null
 *     where {@code facts} know it, and it is made when somebody asks
 * @param version the request's version
 * @param hierarchy how the peer was chosen
 * @param peerAddress the peer's IP address, or null when none was asked
 * @param contentType the answer's media type without parameters, or null
 * @param requestFields the request's fields
 * @param responseFields the answer's fields as sent where they are at hand, else empty
 * @param facts for the acls of access_log; null when the request could not be read
 */
public record Transaction(
        long endMillis,
        long elapsedMillis,
        InetAddress client,
        ResultCode result,
        boolean aborted,
        int status,
        long bytesSent,
        long bodyBytesSent,
        String method,
        @Nullable String url,
        HttpVersion version,
        HierarchyCode hierarchy,
        @Nullable String peerAddress,
        @Nullable String contentType,
        Fields requestFields,
        Fields responseFields,
        @Nullable RequestFacts facts) {

    public Transaction {
        if (url == null && facts == null) {
            throw new IllegalArgumentException("neither a URL nor facts that know it");
        }
    }

    @Override
    public String url() {
        return url != null ? url : Objects.requireNonNull(facts).uri().toString();
    }
}
