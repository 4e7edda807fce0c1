package io.loligo.proxy.access;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.key.EffectiveUri;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What access lists may look at. Immutable, one per request.
 *
 * @param head the request's head
 * @param uri the effective URI
 * @param client who connected, or whom a PROXY header names
 * @param local the address that it connected to
 * @param portName the http_port's name= (acl myportname), by default its port as written
 * @param reply the answer that is to be stored or sent; null where the list is asked before there is one
 * @param indirectClient whom follow_x_forwarded_for found behind {@code client}; null for nobody
 */
public record RequestFacts(
        RequestHead head,
        EffectiveUri uri,
        InetSocketAddress client,
        InetSocketAddress local,
        String portName,
        @Nullable ResponseHead reply,
        @Nullable IndirectClient indirectClient) {

    /** Stands where there is no request yet. */
    private static final RequestHead NO_HEAD = new RequestHead("NONE", "/", HttpVersion.HTTP_1_1, Fields.EMPTY);

    /** The unspecified address, 0.0.0.0, which no client can have. */
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress(0);

    private static final EffectiveUri NO_URI = new EffectiveUri("http", "none", 80, "/");

    /** Facts of a request that has no answer yet, from the client itself. */
    public RequestFacts(
            RequestHead head, EffectiveUri uri, InetSocketAddress client, InetSocketAddress local, String portName) {
        this(head, uri, client, local, portName, null, null);
    }

    /** Facts of a connection on which no request has come yet: for lists of acls that look at nothing else. */
    public static RequestFacts ofConnection(InetSocketAddress client, InetSocketAddress local, String portName) {
        return new RequestFacts(NO_HEAD, NO_URI, client, local, portName);
    }

    /** The same, with the answer known. */
    public RequestFacts withReply(ResponseHead answer) {
        return new RequestFacts(head, uri, client, local, portName, answer, indirectClient);
    }

    /** The same, with a client behind the one that connected. */
    public RequestFacts withIndirectClient(IndirectClient behind) {
        return new RequestFacts(head, uri, client, local, portName, reply, behind);
    }

    /** The same from a client that no address names: only acls of all addresses match it. */
    RequestFacts withUnknownClient() {
        return new RequestFacts(head, uri, UNKNOWN, local, portName, reply, null);
    }

    /** The client's address for acls. */
    InetAddress aclClient() {
        return indirectClient != null && indirectClient.inAcls() ? indirectClient.address() : client.getAddress();
    }

    /** The client's address for the access log. */
    public InetAddress loggedClient() {
        return indirectClient != null && indirectClient.inLogs() ? indirectClient.address() : client.getAddress();
    }
}
