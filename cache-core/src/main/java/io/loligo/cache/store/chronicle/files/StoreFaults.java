package io.loligo.cache.store.chronicle.files;

import io.loligo.cache.store.StoreFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the store at present. A fault is logged when it begins and when it is over, with the number of
 * operations that failed in between; these are counted, and logged at level DEBUG only. There is at most one fault about
 * one thing at a time: about the directory, the disk, a file, a shard, what shards do. For any thread.
 */
public final class StoreFaults {
    /** After so long without another, a fault whose end nobody sees counts as over. */
    static final Duration QUIET = Duration.ofSeconds(60);

    /** What the fault is about that the disk is nearly full. */
    public static final String DISK = "disk";

    private static final System.Logger LOG = System.getLogger(StoreFaults.class.getName());

    private final Counters counters;
    private final InstantSource clock;
    private final Map<String, Ongoing> ongoing = new ConcurrentHashMap<>();

    private static final class Ongoing {
        final String what;
        final Instant since;
        final boolean passing;
        final LongAdder operations = new LongAdder();
        volatile Instant latest;
        volatile String note = "";

        Ongoing(String what, Instant since, boolean passing) {
            this.what = what;
            this.since = since;
            this.passing = passing;
            this.latest = since;
        }
    }

    public StoreFaults(Counters counters, InstantSource clock) {
        this.counters = counters;
        this.clock = clock;
    }

    /** A fault that lasts until {@link #over}; nothing when there is one about {@code about} already. */
    public void begin(String about, String what, @Nullable Throwable e) {
        counters.faults.increment();
        begin(about, new Ongoing(what, clock.instant(), false), e);
    }

    /** An operation failed; others may work. Over when that has not happened for {@link #QUIET}, or {@link #over} says so. */
    public void failed(String about, String what, @Nullable Throwable e) {
        counters.faults.increment();
        Instant now = clock.instant();
        Ongoing fault = begin(about, new Ongoing(what, now, true), e);
        fault.latest = now;
        fault.operations.increment();
    }

    /** An operation failed whose answer did not depend on it: no memory for what a thread needs, or a fault told late. */
    public void operationFailed(Throwable e) {
        failed("operations", "an operation failed; the answer did not depend on it", e);
        try {
            LateFaults.settle();
        } catch (InternalError another) {
            counters.faults.increment();
        }
    }

    private Ongoing begin(String about, Ongoing fault, @Nullable Throwable e) {
        Ongoing known = ongoing.putIfAbsent(about, fault);
        if (known == null) {
            LOG.log(System.Logger.Level.WARNING, "the store: {0}{1}", fault.what, e == null ? "" : ": " + e);
        }
        if (e != null) {
            LOG.log(System.Logger.Level.DEBUG, fault.what, e);
        }
        return known == null ? fault : known;
    }

    /** An operation could not be done because of the fault about {@code about}, if that is not over. */
    public void count(String about) {
        Ongoing fault = ongoing.get(about);
        if (fault != null) {
            fault.operations.increment();
        }
    }

    /** What came of the latest attempt to end the fault about {@code about}. */
    public void note(String about, String text) {
        Ongoing fault = ongoing.get(about);
        if (fault != null) {
            fault.note = "; " + text;
        }
    }

    /** Ends the fault about {@code about}, if there is one. */
    public void over(String about, String how) {
        Ongoing fault = ongoing.remove(about);
        if (fault != null) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "the store: {0}: over after {1} s, in which {2} operations failed; {3}",
                    fault.what,
                    Long.toString(Duration.between(fault.since, clock.instant()).toSeconds()),
                    Long.toString(fault.operations.sum()),
                    how);
        }
    }

    /** Ends what has not happened again for long. */
    public void expire() {
        Instant until = clock.instant().minus(QUIET);
        ongoing.forEach((about, fault) -> {
            if (fault.passing && fault.latest.isBefore(until)) {
                over(about, "it has not happened again");
            }
        });
    }

    /** The faults that are not over, the earliest first. */
    public List<StoreFault> ongoing() {
        return ongoing.values().stream()
                .map(fault -> new StoreFault(fault.what + fault.note, fault.since, fault.operations.sum()))
                .sorted(Comparator.comparing(StoreFault::since))
                .toList();
    }
}
