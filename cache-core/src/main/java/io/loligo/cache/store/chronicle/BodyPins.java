package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.chronicle.page.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bodies in chunks that somebody is reading. What is purged, replaced or evicted meanwhile cannot be found any more, but
 * its chunks stay until its last reader is done, so that no client's copy ends in the middle. What stays so counts as
 * used; beyond {@code heldMax} bytes of it, readers lose after all.
 */
final class BodyPins {
    private final long heldMax;
    private final AtomicLong held = new AtomicLong();
    private final ConcurrentHashMap<Long, Pin> pins = new ConcurrentHashMap<>();

    private static final class Pin {
        private int readers;
        /** Was removed while it was read. */
        private @Nullable StoredObject removed;
    }

    BodyPins(long heldMax) {
        this.heldMax = heldMax;
    }

    void pin(long bodyId) {
        pins.compute(bodyId, (id, known) -> {
            Pin pin = known == null ? new Pin() : known;
            pin.readers++;
            return pin;
        });
    }

    /** Ends a {@link #pin}; returns the object whose chunks are now to be removed, if any. */
    @Nullable StoredObject unpin(long bodyId) {
        List<StoredObject> free = new ArrayList<>(1);
        pins.computeIfPresent(bodyId, (id, pin) -> {
            if (--pin.readers > 0) {
                return pin;
            }
            if (pin.removed != null) {
                free.add(pin.removed);
            }
            return null;
        });
        if (free.isEmpty()) {
            return null;
        }
        held.addAndGet(-free.get(0).bodyCharge());
        return free.get(0);
    }

    /** Whether {@code object}'s chunks, whose head is removed already, stay for a reader, who will remove them. */
    boolean holds(StoredObject object) {
        if (held.addAndGet(object.bodyCharge()) <= heldMax
                && pins.computeIfPresent(object.bodyId(), (id, pin) -> {
                            pin.removed = object;
                            return pin;
                        })
                        != null) {
            return true;
        }
        held.addAndGet(-object.bodyCharge());
        return false;
    }

    /** Lets go of all that was kept for readers only, and returns it. */
    List<StoredObject> release() {
        List<StoredObject> free = new ArrayList<>();
        pins.forEach((bodyId, seen) -> pins.computeIfPresent(bodyId, (id, pin) -> {
            if (pin.removed != null) {
                free.add(pin.removed);
                held.addAndGet(-pin.removed.bodyCharge());
                pin.removed = null;
            }
            return pin;
        }));
        return free;
    }
}
