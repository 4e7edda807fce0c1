package io.loligo.cache.store.chronicle.page;

import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;

/**
 * How keys or values stand in a map's bytes. Nothing of the marshaller itself is kept in the map's file but its class's
 * name.
 *
 * @param <T> what is written and read
 */
public abstract class StatelessMarshaller<T> implements SizedReader<T>, SizedWriter<T> {
    @Override
    public final void readMarshallable(WireIn wire) {
        // There is no state.
    }

    @Override
    public final void writeMarshallable(WireOut wire) {
        // There is no state.
    }
}
