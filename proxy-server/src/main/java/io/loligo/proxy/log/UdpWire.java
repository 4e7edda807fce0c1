package io.loligo.proxy.log;

import io.loligo.proxy.config.LogDestination.Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One datagram for each line. A datagram that is lost on the way is lost; one that is known to have reached nobody is a
 * fault. Used by one thread.
 */
final class UdpWire implements Collector.Wire {
    /** The longest line that a datagram takes, in bytes: what UDP over IPv4 has room for. */
    static final int LINE_BYTES_MAX = 65_507;
    /** How long after a socket could not be opened it is tried again; lines until then are lost. */
    static final Duration RETRY = Duration.ofSeconds(1);

    private final String name;
    private final Address address;
    private final LongAdder faults;
    private final RecurringWarning warnings;
    private @Nullable DatagramChannel channel;
    private boolean tried;
    private long retryAt;

    UdpWire(String name, Address address, LongAdder faults, RecurringWarning warnings) {
        this.name = name;
        this.address = address;
        this.faults = faults;
        this.warnings = warnings;
    }

    @Override
    public void send(byte[] line) {
        if (line.length > LINE_BYTES_MAX) {
            fault("a line is longer than a datagram of " + LINE_BYTES_MAX + " bytes");
            return;
        }
        try {
            DatagramChannel open = opened();
            if (open == null) {
                faults.increment();
                return;
            }
            try {
                open.write(ByteBuffer.wrap(line));
            } catch (PortUnreachableException before) {
                // That was about a datagram sent before; this one has not been tried.
                fault("nobody listens there");
                open.write(ByteBuffer.wrap(line));
            }
        } catch (IOException e) {
            fault(e.getClass().getSimpleName() + ": " + e.getMessage());
            close();
        }
    }

    private @Nullable DatagramChannel opened() throws IOException {
        if (channel != null) {
            return channel;
        }
        if (tried && System.nanoTime() - retryAt < 0) {
            return null;
        }
        tried = true;
        retryAt = System.nanoTime() + RETRY.toNanos();
        InetSocketAddress to = new InetSocketAddress(address.host(), address.port());
        if (to.isUnresolved()) {
            throw new IOException("the name " + address.host() + " does not resolve");
        }
        DatagramChannel open = DatagramChannel.open();
        try {
            open.connect(to);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
        channel = open;
        return open;
    }

    private void fault(String why) {
        faults.increment();
        String cause = "access_log " + name + ": " + why;
        warnings.met(cause, () -> cause + "; lines are lost");
    }

    @Override
    public void flush() {}

    @Override
    public void give() {}

    @Override
    public void close() {
        DatagramChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                fault("closing: " + e.getMessage());
            }
        }
    }
}
