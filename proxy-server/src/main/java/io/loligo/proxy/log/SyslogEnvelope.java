package io.loligo.proxy.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Makes a syslog message of a line, as syslog(3) sends it: {@code <PRIORITY>Mmm dd hh:mm:ss squid[PID]: LINE}, RFC 3164 §4
 * without the host, which the daemon knows. The name is Squid's, as the rules of syslog daemons look for it. Used by one
 * thread.
 */
final class SyslogEnvelope implements Collector.Envelope {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);

    private final int priority;
    private final long processId;
    private final ZoneId zone;
    private final LongSupplier millis;
    private long second = Long.MIN_VALUE;
    private byte[] prefix = {};

    SyslogEnvelope(int priority, long processId, ZoneId zone, LongSupplier millis) {
        this.priority = priority;
        this.processId = processId;
        this.zone = zone;
        this.millis = millis;
    }

    @Override
    public byte[] of(byte[] line) {
        long now = Math.floorDiv(millis.getAsLong(), 1000);
        if (now != second) {
            second = now;
            prefix = ("<" + priority + ">"
                            + TIME.format(Instant.ofEpochSecond(now).atZone(zone)) + " squid[" + processId + "]: ")
                    .getBytes(StandardCharsets.US_ASCII);
        }
        int length = line.length > 0 && line[line.length - 1] == '\n' ? line.length - 1 : line.length;
        byte[] message = new byte[prefix.length + length];
        System.arraycopy(prefix, 0, message, 0, prefix.length);
        System.arraycopy(line, 0, message, prefix.length, length);
        return message;
    }
}
