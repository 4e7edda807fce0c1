package io.loligo.proxy.access;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.EffectiveUri;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What access lists may look at. Immutable, one per request.
 *
 * @param head the request's head
 * @param uri the effective URI
 * @param client the client's address: of the connection
 * @param local the address the client connected to
 * @param portName the http_port's name= (acl myportname), by default its port as written
 * @param reply the answer that is to be stored or sent; null where the list is asked before there is one
 */
public record RequestFacts(
        RequestHead head,
        EffectiveUri uri,
        InetSocketAddress client,
        InetSocketAddress local,
        String portName,
        @Nullable ResponseHead reply) {

    /** Facts of a request that has no answer yet. */
    public RequestFacts(
            RequestHead head, EffectiveUri uri, InetSocketAddress client, InetSocketAddress local, String portName) {
        this(head, uri, client, local, portName, null);
    }

    /** The same, with the answer known. */
    public RequestFacts withReply(ResponseHead answer) {
        return new RequestFacts(head, uri, client, local, portName, answer);
    }
}
