package io.loligo.proxy.access;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import java.net.InetSocketAddress;

/**
 * What access lists may look at. Immutable, one per request.
 *
 * @param head the request's head
 * @param uri the effective URI
 * @param client the client's address: of the connection
 * @param local the address the client connected to
 * @param portName the http_port's name= (acl myportname), by default its port as written
 */
public record RequestFacts(
        RequestHead head, EffectiveUri uri, InetSocketAddress client, InetSocketAddress local, String portName) {}
