package io.loligo.proxy.flow;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.http.RequestHead;
import io.loligo.cache.key.CacheKey;
import io.loligo.cache.key.EffectiveUri;
import io.loligo.cache.key.TargetUri;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.status.ForwardReason;
import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.store.EntryReader;
import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.log.Transaction;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The short way from a client's bytes to a page in the store: plain requests that {@link Deliberation} answers with a
 * fresh stored response are served here, before Undertow's parser sees them, without an exchange. Whatever else it decides,
 * or wherever this way does not lead to a whole answer, the request takes the ordinary way from its beginning; so this one
 * decides nothing by itself and may give up at any point before it writes.
 *
 * <p>One per listener; used by every I/O thread.
 */
final class PlainHits {
    /** Bodies up to this size are copied behind their head and written with one buffer: cheaper than two. */
    private static final int COPIED_MAX = 4096;

    private final String portKey;
    private final LiveConfiguration live;
    private final RequestFlow flow;
    private final Consumer<Transaction> record;

    /** As for {@link RequestHandler}. */
    PlainHits(String portKey, LiveConfiguration live, RequestFlow flow, Consumer<Transaction> record) {
        this.portKey = portKey;
        this.live = live;
        this.flow = flow;
        this.record = record;
    }

    /** The verdict, when it is that a stored response is to be served. */
    private static final class Outcome implements Deliberation.Course {
        private Reuse.@Nullable Serve serve;

        @Override
        public void keyed(CacheKey key) {}

        @Override
        public void denied(AccessVerdict by) {}

        @Override
        public void managerPage() {}

        @Override
        public void purge() {}

        @Override
        public void loop(String field) {}

        @Override
        public void lastRecipient() {}

        @Override
        public void pass(ForwardReason why) {}

        @Override
        public void despiteHit(StoredHead stored) {}

        @Override
        public void reuse(Reuse verdict) {
            serve = verdict instanceof Reuse.Serve answer ? answer : null;
        }
    }

    /**
     * Serves {@code head} if that is a plain hit; else does nothing.
     *
     * @param size the bytes of the head
     * @param since when it was read, epoch milliseconds
     * @return whether it is served, or being served
     */
    boolean serve(RequestHead head, int size, long since, RequestHeadConduit client) {
        Rules rules = live.current();
        Rules.Site site = rules.site(portKey);
        if (site == null
                || flow.draining()
                || site.port().actAsOrigin()
                || rules.isSurrogate()
                || size > rules.configuration().limits().requestHeaderMaxSize()
                || !rules.configuration().forwarding().clientPersistentConnections()) {
            return false;
        }
        TargetUri target = Deliberation.locate(head, null, null, site);
        if (!(target instanceof EffectiveUri uri)) {
            return false;
        }
        RequestFacts facts = new RequestFacts(
                head, uri, client.peer(), client.local(), site.port().name());
        Outcome outcome = new Outcome();
        flow.deliberation().on(facts, false, rules, site, outcome);
        return outcome.serve != null && serve(outcome.serve, facts, rules, site, since, client);
    }

    private boolean serve(
            Reuse.Serve verdict,
            RequestFacts facts,
            Rules rules,
            Rules.Site site,
            long since,
            RequestHeadConduit client) {
        EntryReader reader = flow.serveStored().readPlain(verdict.stored(), rules);
        if (reader == null) {
            return false;
        }
        try {
            send(verdict, reader, facts, rules, site, since, client);
            return true;
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private void send(
            Reuse.Serve verdict,
            EntryReader reader,
            RequestFacts facts,
            Rules rules,
            Rules.Site site,
            long since,
            RequestHeadConduit client) {
        boolean keepAlive = !PlainHeadParser.closes(facts.head().fields());
        ByteBuffer head = rules.responseFields()
                .hit(
                        reader.head(),
                        site.port().port(),
                        verdict.freshness().ageSeconds(),
                        verdict.freshness().ttlSeconds(),
                        keepAlive,
                        HttpVersion.HTTP_1_1);
        int headLength = head.remaining();
        ByteBuffer body = reader.body();
        if (body == null) {
            client.send(
                    head,
                    new BodyPart(new StoredBody(reader), 0, reader.length()),
                    keepAlive,
                    write -> record.accept(transaction(facts, rules, verdict.stored(), since, headLength, write)));
            return;
        }
        if (body.remaining() <= COPIED_MAX && body.remaining() <= head.capacity() - headLength) {
            head.limit(headLength + body.remaining()).position(headLength);
            head.put(body).flip();
        }
        client.send(head, body, keepAlive, write -> {
            reader.close();
            record.accept(transaction(facts, rules, verdict.stored(), since, headLength, write));
        });
    }

    private Transaction transaction(
            RequestFacts facts,
            Rules rules,
            StoredHead stored,
            long since,
            int headLength,
            RequestHeadConduit.Write write) {
        long now = System.currentTimeMillis();
        return new Transaction(
                now,
                Math.max(0, now - since),
                facts.client().getAddress(),
                flow.serveStored().code(rules, stored),
                write.cut(),
                stored.status(),
                write.bytes(),
                Math.max(0, write.bytes() - headLength),
                facts.head().method(),
                null,
                HttpVersion.HTTP_1_1,
                HierarchyCode.HIER_NONE,
                null,
                Exchange.mediaType(stored.fields().first("Content-Type")),
                facts.head().fields(),
                Fields.EMPTY,
                facts);
    }
}
