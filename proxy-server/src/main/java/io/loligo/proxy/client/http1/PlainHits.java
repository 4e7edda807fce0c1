package io.loligo.proxy.client.http1;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.HttpVersion;
import io.loligo.cache.reuse.Reuse;
import io.loligo.cache.store.EntryReader;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.exchange.BodyPart;
import io.loligo.proxy.exchange.Exchange;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.exchange.ServeStored;
import io.loligo.proxy.exchange.StoredBody;
import io.loligo.proxy.log.SentHead;
import io.loligo.proxy.log.Transaction;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Answers plain requests from the store, without an exchange: with a fresh response that goes out as it is stored. Used by
 * every I/O thread.
 */
final class PlainHits {
    /** Bodies up to this size are copied behind their head and written with one buffer: cheaper than two. */
    private static final int COPIED_MAX = 4096;

    private final ServeStored serveStored;
    private final Consumer<Transaction> record;

    /** @param record gets the transaction of each hit at its end */
    PlainHits(ServeStored serveStored, Consumer<Transaction> record) {
        this.serveStored = serveStored;
        this.record = record;
    }

    /**
     * Serves what {@code verdict} says, if that goes out as it is stored; else does nothing.
     *
     * @param keepAlive whether the connection stays after the answer
     * @param since when the request was read, epoch milliseconds
     * @return whether it is served, or being served
     */
    boolean serve(
            Reuse.Serve verdict,
            RequestFacts facts,
            Rules rules,
            Rules.Site site,
            boolean keepAlive,
            long since,
            PlainClient client) {
        EntryReader reader = serveStored.readPlain(verdict.stored(), rules);
        if (reader == null) {
            return false;
        }
        try {
            send(verdict, reader, facts, rules, site, keepAlive, since, client);
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
            boolean keepAlive,
            long since,
            PlainClient client) {
        ByteBuffer head = rules.responseFields()
                .hit(
                        reader.head(),
                        site.port().port(),
                        verdict.freshness().ageSeconds(),
                        verdict.freshness().ttlSeconds(),
                        keepAlive,
                        HttpVersion.HTTP_1_1);
        int headLength = head.remaining();
        SentHead sent = rules.configuration().logs().keepsSentHeads() ? SentHead.http1(head) : SentHead.NONE;
        ByteBuffer body = reader.body();
        if (body == null) {
            client.send(
                    head,
                    new BodyPart(new StoredBody(reader), 0, reader.length()),
                    keepAlive,
                    write ->
                            record.accept(transaction(facts, rules, verdict.stored(), sent, since, headLength, write)));
            return;
        }
        if (body.remaining() <= COPIED_MAX && body.remaining() <= head.capacity() - headLength) {
            head.limit(headLength + body.remaining()).position(headLength);
            head.put(body).flip();
        }
        client.send(head, body, keepAlive, write -> {
            reader.close();
            record.accept(transaction(facts, rules, verdict.stored(), sent, since, headLength, write));
        });
    }

    private Transaction transaction(
            RequestFacts facts,
            Rules rules,
            StoredHead stored,
            SentHead sent,
            long since,
            int headLength,
            PlainClient.Write write) {
        return Transaction.plainHit(
                facts,
                since,
                serveStored.code(rules, stored),
                stored.status(),
                Exchange.mediaType(stored.fields().first("Content-Type")),
                sent,
                headLength,
                write.bytes(),
                write.cut());
    }
}
