package io.loligo.cache.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.store.chronicle.files.Geometry;
import io.loligo.cache.store.chronicle.page.BodyChunks;
import io.loligo.cache.store.chronicle.page.EntryLayout;
import io.loligo.cache.store.chronicle.page.MapKeys.PageKey;
import io.loligo.cache.store.chronicle.page.ObjectId;
import io.loligo.cache.store.chronicle.page.PageBuffer;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("bodies that are gone")
class RemovedBodiesTest {
    private static final long ID = ObjectId.of(1, 1, 0);

    @ParameterizedTest(name = "{0} chunks")
    @CsvSource(delimiter = '|', textBlock = """
        # chunks | there after one call | calls until nothing is left
        1        | 0                    | 1
        64       | 0                    | 1
        65       | 1                    | 2
        300      | 236                  | 5
        """)
    void go_some_chunks_at_a_time(int chunks, int thereAfterOne, int callsUntilDone) throws IOException {
        // The last one is not full.
        BodyChunks body = new BodyChunks(ID, (long) chunks * EntryLayout.CHUNK_DATA - 100);
        PageBuffer buffer = new PageBuffer(EntryLayout.CHUNK_DATA_OFFSET + EntryLayout.CHUNK_DATA);
        PageKey key = new PageKey();
        try (ShardMaps maps = ShardMaps.open(new Geometry(1, 16 << 20, 17 << 20), 0, null, false)) {
            for (int i = 0; i < chunks; i++) {
                EntryLayout.putChunkHeader(buffer, ID, i, EntryLayout.CHUNK_DATA - (i == chunks - 1 ? 100 : 0));
                assertThat(maps.insertChunk(ID, i, 0, key, buffer)).isTrue();
            }
            RemovedBodies removed = new RemovedBodies();
            removed.add(body);

            long freed = removed.removeSome(maps, key);
            assertThat(there(maps, chunks)).isEqualTo(thereAfterOne);
            int calls = 1;
            for (long more = removed.removeSome(maps, key); more > 0; more = removed.removeSome(maps, key)) {
                freed += more;
                calls++;
            }

            assertThat(calls).isEqualTo(callsUntilDone);
            assertThat(there(maps, chunks)).isZero();
            assertThat(freed).isEqualTo(EntryLayout.chunksCharge(body.length()));
        }
    }

    private static int there(ShardMaps maps, int chunks) {
        PageKey key = new PageKey();
        int there = 0;
        for (int i = 0; i < chunks; i++) {
            there += maps.hasChunk(ID, i, key) ? 1 : 0;
        }
        return there;
    }
}
