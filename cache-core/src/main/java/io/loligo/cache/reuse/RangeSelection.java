package io.loligo.cache.reuse;

import io.loligo.cache.freshness.StoredHead;
import io.loligo.cache.http.ByteRange;
import io.loligo.cache.http.ContentRange;
import io.loligo.cache.http.EntityTag;
import io.loligo.cache.http.HttpDate;
import io.loligo.cache.http.RequestHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which bytes of a stored response a request is answered with. RFC 9110 §14.2 and §15.3.7. */
public sealed interface RangeSelection {
    /** More parts than this after joining are a nuisance, not a request: the whole response is served. */
    int PARTS_MAX = 16;

    /** Ranges this close are joined: a part's own head is longer than the gap. */
    long GAP_JOINED = 80;

    /** The status of a complete response. */
    int OK = 200;

    /** The whole response: no range asked for, or none that counts. */
    record Whole() implements RangeSelection {
        private static final Whole INSTANCE = new Whole();

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.whole(this);
        }
    }

    /**
     * 206 with {@code Content-Range: bytes first-last/length}.
     *
     * @param first the first byte
     * @param last the last byte, included
     * @param length of the whole
     */
    record Single(long first, long last, long length) implements RangeSelection {
        /** The value of Content-Range. */
        public String contentRange() {
            return "bytes " + first + "-" + last + "/" + length;
        }

        /** The number of bytes. */
        public long size() {
            return last - first + 1;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.single(this);
        }
    }

    /**
     * 206 with multipart/byteranges.
     *
     * @param parts 2 to {@link #PARTS_MAX}, ascending, apart from one another
     */
    record Multiple(List<Single> parts) implements RangeSelection {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.multiple(this);
        }
    }

    /** 416 with {@code Content-Range: bytes *}{@code /length}. */
    record Unsatisfiable(long length) implements RangeSelection {
        /** The value of Content-Range. */
        public String contentRange() {
            return "bytes */" + length;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.unsatisfiable(this);
        }
    }

    /** One method per selection. */
    interface Cases<R> {
        R whole(Whole selection);

        R single(Single selection);

        R multiple(Multiple selection);

        R unsatisfiable(Unsatisfiable selection);
    }

    <R> R match(Cases<R> cases);

    /**
     * Reads Range and If-Range of a request whose other conditions have been met.
     *
     * @param stored a response of which the length of the whole is known; it need not hold what is selected
     */
    static RangeSelection of(RequestHead request, StoredHead stored) {
        return of(request, stored, stored.completeLength());
    }

    /**
     * As {@link #of(RequestHead, StoredHead)} for a response that is still on its way.
     *
     * @param length of the whole; negative when it is not known, then the whole is selected
     */
    static RangeSelection of(RequestHead request, StoredHead stored, long length) {
        String range = request.fields().first("Range");
        boolean hasRanges = stored.status() == OK || stored.range() != null;
        if (range == null || length < 0 || !hasRanges || !request.isMethod("GET") || !unchanged(request, stored)) {
            return Whole.INSTANCE;
        }
        Optional<List<ByteRange>> asked = ByteRange.parse(range);
        return asked.isEmpty() ? Whole.INSTANCE : select(asked.get(), length);
    }

    /** Whether {@code stored} holds all that {@code request} is to be answered with. RFC 9111 §3.3. */
    static boolean isHeld(RequestHead request, StoredHead stored) {
        ContentRange held = stored.range();
        return stored.isComplete() || (held != null && of(request, stored).match(new Held(held)));
    }

    /** Whether what is selected lies within a range. */
    record Held(ContentRange range) implements Cases<Boolean> {
        @Override
        public Boolean whole(Whole selection) {
            return false;
        }

        @Override
        public Boolean single(Single selection) {
            return range.holds(selection.first(), selection.last());
        }

        @Override
        public Boolean multiple(Multiple selection) {
            return selection.parts().stream().allMatch(this::single);
        }

        @Override
        public Boolean unsatisfiable(Unsatisfiable selection) {
            return true;
        }
    }

    private static RangeSelection select(List<ByteRange> asked, long length) {
        List<Single> parts = new ArrayList<>(asked.size());
        for (ByteRange range : asked) {
            if (range.isSuffix() && length == 0 && range.last() > 0) {
                // Satisfiable, but no Content-Range can say "no bytes".
                return Whole.INSTANCE;
            }
            long first = range.isSuffix() ? Math.max(0, length - range.last()) : range.first();
            long last = range.isSuffix() || range.last() == ByteRange.NONE
                    ? length - 1
                    : Math.min(range.last(), length - 1);
            if (first <= last) {
                parts.add(new Single(first, last, length));
            }
        }
        if (parts.isEmpty()) {
            return new Unsatisfiable(length);
        }
        List<Single> joined = join(parts);
        if (joined.size() > PARTS_MAX) {
            return Whole.INSTANCE;
        }
        return joined.size() == 1 ? joined.get(0) : new Multiple(List.copyOf(joined));
    }

    private static List<Single> join(List<Single> parts) {
        parts.sort(Comparator.comparingLong(Single::first));
        List<Single> joined = new ArrayList<>(parts.size());
        Single open = parts.get(0);
        for (Single part : parts) {
            if (part.first() <= open.last() + GAP_JOINED) {
                open = new Single(open.first(), Math.max(open.last(), part.last()), open.length());
            } else {
                joined.add(open);
                open = part;
            }
        }
        joined.add(open);
        return joined;
    }

    /** Whether If-Range allows a part: same strong ETag, or the exact and strong date. RFC 9110 §13.1.5. */
    private static boolean unchanged(RequestHead request, StoredHead stored) {
        String condition = request.fields().first("If-Range");
        if (condition == null) {
            return true;
        }
        if (condition.endsWith("\"")) {
            EntityTag own = stored.etag();
            return own != null && own.matchesStrongly(EntityTag.parse(condition));
        }
        Instant modified = stored.lastModified();
        // Within one second of Date, a later change could bear the same time. RFC 9110 §8.8.2.2.
        return modified != null
                && modified.isBefore(stored.date())
                && HttpDate.parse(condition, stored.times().responseTime()).equals(Optional.of(modified));
    }
}
