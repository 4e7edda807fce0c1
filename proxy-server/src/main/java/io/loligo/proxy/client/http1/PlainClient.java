package io.loligo.proxy.client.http1;

import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.respond.BodySource;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** The sender of a plain request, as far as a plain hit needs it. Used on its I/O thread. */
interface PlainClient {
    /**
     * What became of an answer.
     *
     * @param bytes how many of it were written
     * @param cut whether that is not all of it because the client left
     */
    record Write(long bytes, boolean cut) {}

    /** What access lists may look at of a request that it sent. */
    RequestFacts facts(RequestHead head, EffectiveUri uri, Rules.Site site);

    /**
     * Sends the answer to a plain hit; what the client does not take at once, later.
     *
     * @param head a scratch of this thread's
     * @param body owned until {@code done}
     * @param keepAlive whether the connection stays after it
     * @param done called once, when all is written or the client is gone
     */
    void send(ByteBuffer head, ByteBuffer body, boolean keepAlive, Consumer<Write> done);

    /** As {@link #send(ByteBuffer, ByteBuffer, boolean, Consumer)}; the body is closed by then. */
    void send(ByteBuffer head, BodySource body, boolean keepAlive, Consumer<Write> done);
}
