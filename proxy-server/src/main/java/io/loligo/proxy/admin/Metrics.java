package io.loligo.proxy.admin;

import io.loligo.cache.status.HierarchyCode;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.log.Transaction;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was served since the start, and how it stood at each of the last {@value #MINUTES_KEPT} minutes. Counted by any
 * thread without waiting; read by any.
 *
 * <p>There is no clock thread: whoever first counts or reads in a new minute keeps the numbers as they stood before. In
 * minutes without requests nothing changes, so nothing is missed.
 */
public final class Metrics {
    /** Minutes that can be looked back. */
    public static final int MINUTES_KEPT = 60;

    private static final long MINUTE_MILLIS = 60_000;

    /** Kinds of answers whose service times Squid tells apart. */
    public enum TimeClass {
        ALL("HTTP Requests (All)"),
        MISS("Cache Misses"),
        HIT("Cache Hits"),
        NEAR_HIT("Near Hits"),
        NOT_MODIFIED("Not-Modified Replies");

        private final String title;

        TimeClass(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private final LongAdder requests = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder memoryHits = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder denied = new LongAdder();
    private final LongAdder aborted = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder hitBytesOut = new LongAdder();
    private final LongAdder originRequests = new LongAdder();
    private final LongAdder originErrors = new LongAdder();
    private final LongAdder originBytesIn = new LongAdder();
    private final LongAdder originBytesOut = new LongAdder();
    private final Map<TimeClass, ServiceTimes> times = new EnumMap<>(TimeClass.class);

    /** Snapshots by minute modulo its length: how things stood when that minute began. */
    private final Snapshot[] minutes = new Snapshot[MINUTES_KEPT + 1];

    /** The minute, counted from the epoch, up to which {@link #minutes} is filled. */
    private final AtomicLong minute;

    private final long startMillis;

    /** @param startMillis now, epoch milliseconds */
    public Metrics(long startMillis) {
        this.startMillis = startMillis;
        for (TimeClass kind : TimeClass.values()) {
            times.put(kind, new ServiceTimes());
        }
        this.minute = new AtomicLong(Math.floorDiv(startMillis, MINUTE_MILLIS));
        Snapshot zero = snapshot(startMillis);
        for (int i = 0; i < minutes.length; i++) {
            minutes[i] = zero;
        }
    }

    /** Counts one exchange with a client. */
    public void record(Transaction transaction) {
        turnMinute(transaction.endMillis());
        ResultCode result = transaction.result();
        requests.increment();
        bytesIn.add(transaction.receivedHeadBytes());
        bytesOut.add(transaction.bytesSent());
        if (result.isHit()) {
            hits.increment();
            hitBytesOut.add(transaction.bytesSent());
            if (result == ResultCode.TCP_MEM_HIT) {
                memoryHits.increment();
            }
        }
        boolean error = isError(transaction);
        if (error) {
            errors.increment();
        }
        if (transaction.route().hierarchy() != HierarchyCode.HIER_NONE) {
            originRequests.increment();
            if (error) {
                originErrors.increment();
            }
        }
        if (result == ResultCode.TCP_DENIED || result == ResultCode.TCP_DENIED_REPLY) {
            denied.increment();
        }
        if (transaction.aborted()) {
            aborted.increment();
        }
        count(TimeClass.ALL, transaction);
        count(timeClass(transaction), transaction);
    }

    /**
     * Counts what went over the connections to peers.
     *
     * @param sent bytes to the peer, head included
     * @param received bytes from the peer, head included
     */
    public void recordOriginBytes(long sent, long received) {
        originBytesOut.add(sent);
        originBytesIn.add(received);
    }

    private void count(TimeClass kind, Transaction transaction) {
        ServiceTimes counts = times.get(kind);
        if (counts != null) {
            counts.count(transaction.elapsedMillis());
        }
    }

    private static TimeClass timeClass(Transaction transaction) {
        if (transaction.status() == 304 && transaction.result().isHit()) {
            return TimeClass.NOT_MODIFIED;
        }
        return switch (transaction.result()) {
            case TCP_REFRESH_UNMODIFIED, TCP_CF_REFRESH_UNMODIFIED, TCP_REFRESH_FAIL_OLD, TCP_CF_REFRESH_FAIL_OLD ->
                TimeClass.NEAR_HIT;
            default -> transaction.result().isHit() ? TimeClass.HIT : TimeClass.MISS;
        };
    }

    /** An answer of our own that says that something went wrong, or none at all though the client still waited. */
    private static boolean isError(Transaction transaction) {
        if (transaction.status() == 0) {
            return !transaction.aborted();
        }
        boolean ours = transaction.route().hierarchy() == HierarchyCode.HIER_NONE
                && !transaction.result().isHit();
        boolean gateway = transaction.status() >= 502 && transaction.status() <= 504;
        return (ours && transaction.status() >= 400)
                || gateway
                || transaction.result() == ResultCode.TCP_REFRESH_FAIL_ERR
                || transaction.result() == ResultCode.TCP_CF_REFRESH_FAIL_ERR;
    }

    /** Keeps the numbers as they stand for every minute that began since the last call. */
    private void turnMinute(long nowMillis) {
        long present = Math.floorDiv(nowMillis, MINUTE_MILLIS);
        long known = minute.get();
        if (present > known && minute.compareAndSet(known, present)) {
            Snapshot stood = snapshot(present * MINUTE_MILLIS);
            synchronized (minutes) {
                for (long m = Math.max(known + 1, present - MINUTES_KEPT); m <= present; m++) {
                    minutes[(int) Math.floorMod(m, (long) minutes.length)] = stood;
                }
            }
        }
    }

    /** The numbers now. */
    public Snapshot now(long nowMillis) {
        turnMinute(nowMillis);
        return snapshot(nowMillis);
    }

    /**
     * The numbers as they stood {@code minutesAgo} minutes ago, 1 to {@link #MINUTES_KEPT}, or at the beginning of
     * that minute; those of the start when that is younger.
     */
    public Snapshot ago(long nowMillis, int minutesAgo) {
        turnMinute(nowMillis);
        long wanted = Math.floorDiv(nowMillis, MINUTE_MILLIS) - minutesAgo;
        synchronized (minutes) {
            return minutes[(int) Math.floorMod(wanted, (long) minutes.length)].at(
                    Math.max(startMillis, wanted * MINUTE_MILLIS));
        }
    }

    private Snapshot snapshot(long atMillis) {
        Map<TimeClass, long[]> counts = new EnumMap<>(TimeClass.class);
        times.forEach((kind, histogram) -> counts.put(kind, histogram.snapshot()));
        return new Snapshot(
                atMillis,
                requests.sum(),
                hits.sum(),
                memoryHits.sum(),
                errors.sum(),
                denied.sum(),
                aborted.sum(),
                bytesIn.sum(),
                bytesOut.sum(),
                hitBytesOut.sum(),
                originRequests.sum(),
                originErrors.sum(),
                originBytesIn.sum(),
                originBytesOut.sum(),
                counts);
    }

    /**
     * The numbers at one moment, all since the start.
     *
     * @param atMillis the moment, epoch milliseconds
     * @param requests exchanges with clients
     * @param hits those answered from the store
     * @param memoryHits hits that Squid would call memory hits
     * @param errors answers that say that something went wrong here or at the peer
     * @param denied requests that http_access refused
     * @param aborted exchanges that the client left before the end
     * @param bytesIn from clients
     * @param bytesOut to clients
     * @param hitBytesOut to clients, from the store
     * @param originRequests exchanges with clients for which a peer was asked
     * @param originErrors those of them that brought no usable answer
     * @param originBytesIn from peers
     * @param originBytesOut to peers
     * @param times service times by class
     */
    public record Snapshot(
            long atMillis,
            long requests,
            long hits,
            long memoryHits,
            long errors,
            long denied,
            long aborted,
            long bytesIn,
            long bytesOut,
            long hitBytesOut,
            long originRequests,
            long originErrors,
            long originBytesIn,
            long originBytesOut,
            Map<TimeClass, long[]> times) {

        /** The same numbers, said of another moment: nothing changed in between. */
        private Snapshot at(long millis) {
            return new Snapshot(
                    millis,
                    requests,
                    hits,
                    memoryHits,
                    errors,
                    denied,
                    aborted,
                    bytesIn,
                    bytesOut,
                    hitBytesOut,
                    originRequests,
                    originErrors,
                    originBytesIn,
                    originBytesOut,
                    times);
        }

        /** Hits as a percentage of the requests since {@code earlier}; 0 when there were none. */
        double hitPercentSince(Snapshot earlier) {
            return percent(hits - earlier.hits, requests - earlier.requests);
        }

        double byteHitPercentSince(Snapshot earlier) {
            return percent(hitBytesOut - earlier.hitBytesOut, bytesOut - earlier.bytesOut);
        }

        double memoryHitPercentSince(Snapshot earlier) {
            return percent(memoryHits - earlier.memoryHits, hits - earlier.hits);
        }

        /** Seconds between the two; at least a millisecond, so that rates can be made of it. */
        double secondsSince(Snapshot earlier) {
            return Math.max(1, atMillis - earlier.atMillis) / 1000.0;
        }

        /** Seconds that {@code percent} of the answers of {@code kind} since {@code earlier} did not exceed. */
        public double serviceSecondsSince(Snapshot earlier, TimeClass kind, int percent) {
            long[] before = earlier.times.get(kind);
            long[] after = times.get(kind);
            return before == null || after == null ? 0 : ServiceTimes.percentile(before, after, percent);
        }

        static double percent(long part, long whole) {
            return whole == 0 ? 0 : 100.0 * part / whole;
        }
    }
}
