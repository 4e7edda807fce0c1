package io.loligo.proxy.access;

import java.time.Clock;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.util.List;

/** The local day of the week and time of day are in one of the spans. Squid's time. */
record TimeAcl(String name, List<Span> spans, Clock clock) implements Acl {
    private static final int MINUTES = 60;

    /**
     * A time of day on some days of the week.
     *
     * @param days a bit per day, 0 for Monday
     * @param first the first minute of the day, 0 to 1,439
     * @param last the last minute, which belongs to it; 1,440 is the end of the day
     */
    record Span(int days, int first, int last) {
        /** Every day. */
        static final int ALL_DAYS = 0x7f;

        /** Monday to Friday. */
        static final int WEEKDAYS = 0x1f;

        static int bit(DayOfWeek day) {
            return 1 << (day.getValue() - 1);
        }

        boolean contains(DayOfWeek day, int minute) {
            return (days & bit(day)) != 0 && first <= minute && minute <= last;
        }
    }

    @Override
    public boolean looksAtConnectionOnly() {
        return true;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        LocalDateTime now = LocalDateTime.now(clock);
        int minute = now.getHour() * MINUTES + now.getMinute();
        for (Span span : spans) {
            if (span.contains(now.getDayOfWeek(), minute)) {
                return true;
            }
        }
        return false;
    }
}
