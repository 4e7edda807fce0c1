package io.loligo.proxy.origin;

import io.undertow.connector.ByteBufferPool;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * What the calls and connections of one {@link OriginClient} share. Used by every I/O thread.
 *
 * @param buffers pooled buffers, direct, of 16 KB or so
 * @param clock the time of {@link OriginAnswer#times}
 * @param traffic is told what goes over the connections
 * @param settings those in force at any time
 */
record OriginContext(
        ByteBufferPool buffers, InstantSource clock, OriginTraffic traffic, Supplier<OriginSettings> settings) {}
