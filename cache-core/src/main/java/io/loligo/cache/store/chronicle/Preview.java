package io.loligo.cache.store.chronicle;

import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.chronicle.ban.Bans;
import io.loligo.cache.store.chronicle.ban.TargetMatch;
import io.loligo.cache.store.chronicle.page.LongList;
import io.loligo.cache.store.chronicle.page.Scratch;
import io.loligo.cache.store.chronicle.page.StoredObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Counts what a purge would be about. One thread. */
final class Preview {
    private final TargetMatch match;
    private final Bans bans;
    private final int sampleMax;
    private final Set<String> sample = new LinkedHashSet<>();
    private long objects;
    private long bytes;

    Preview(TargetMatch match, Bans bans, int sampleMax) {
        this.match = match;
        this.bans = bans;
        this.sampleMax = sampleMax;
    }

    /** Looks at those objects of {@code shard} that are still there. */
    void look(Shard shard, LongList ids, Scratch scratch) {
        for (int i = 0; i < ids.size(); i++) {
            StoredObject object = shard.purging().peek(ids.get(i), scratch);
            if (object != null) {
                look(object);
            }
        }
    }

    private void look(StoredObject object) {
        String url = object.head().key().uri().toString();
        boolean dropped = bans.covering(object.id(), object.head(), 0).stream().anyMatch(ban -> !ban.isSoft());
        if (!dropped && match.matches(object.head(), url)) {
            objects++;
            bytes += object.charge();
            if (sample.size() < sampleMax) {
                sample.add(url);
            }
        }
    }

    PurgePreview result() {
        return new PurgePreview(objects, bytes, List.copyOf(sample));
    }
}
