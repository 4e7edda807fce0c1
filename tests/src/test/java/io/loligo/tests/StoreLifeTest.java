package io.loligo.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The life of the store")
class StoreLifeTest {

    private static byte[] body(int number, int size) {
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) number);
        return body;
    }

    private static List<String> pages(Origin origin, int count, int size) {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String path = Origin.freshPath();
            origin.answer(path, aResponse().withBody(body(i, size)).withHeader("Cache-Control", "max-age=3600"));
            paths.add(path);
        }
        return paths;
    }

    @Test
    void at_the_limit_old_pages_make_room_for_new_ones() {
        int size = 400_000;
        int count = 100;
        try (var origin = Origin.start();
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("cache_mem 16 MB"))) {
            List<String> paths = pages(origin, count, size);
            for (int i = 0; i < count; i++) {
                assertThat(RawHttp.get(loligo.port(), paths.get(i)).body()).isEqualTo(body(i, size));
            }

            int hits = 0;
            for (int i = count - 1; i >= 0; i--) {
                var answer = RawHttp.get(loligo.port(), paths.get(i));
                assertThat(answer.body()).isEqualTo(body(i, size));
                hits += answer.isHit() ? 1 : 0;
            }
            assertThat(hits * (long) size).as("bytes kept").isBetween(1L, 16L << 20);
        }
    }

    @ParameterizedTest(name = "cache_mem {0}")
    @CsvSource({"0, false", "0 MB, false", "1 bytes, false", "64 KB, true", "1 MB, true"})
    void any_small_size_starts_and_serves(String size, boolean keeps) {
        try (var origin = Origin.start();
                var loligo =
                        RunningServer.start(SquidConf.inFrontOf(origin.port()).and("cache_mem " + size))) {
            String path = pages(origin, 1, 2_000).get(0);

            assertThat(RawHttp.get(loligo.port(), path).body()).isEqualTo(body(0, 2_000));
            assertThat(RawHttp.get(loligo.port(), path).body()).isEqualTo(body(0, 2_000));
            assertThat(origin.requests(path)).isEqualTo(keeps ? 1 : 2);
            assertThat(RawHttp.get(loligo.port(), path, "Cache-Control: only-if-cached")
                            .status())
                    .isEqualTo(keeps ? 200 : 504);
        }
    }

    @Test
    void a_page_larger_than_the_limit_for_one_is_served_and_not_kept() {
        try (var origin = Origin.start();
                var loligo = RunningServer.start(SquidConf.inFrontOf(origin.port())
                        .and("cache_mem 16 MB", "maximum_object_size_in_memory 100 KB"))) {
            String path = pages(origin, 1, 200_000).get(0);

            assertThat(RawHttp.get(loligo.port(), path).body()).isEqualTo(body(0, 200_000));
            assertThat(RawHttp.get(loligo.port(), path).body()).isEqualTo(body(0, 200_000));

            assertThat(origin.requests(path)).isEqualTo(2);
        }
    }

    @Test
    void with_a_cache_dir_pages_are_still_there_after_a_restart() {
        try (var origin = Origin.start()) {
            var conf = SquidConf.inFrontOf(origin.port())
                    .and("cache_dir ufs DIR/cache 64 16 256", "maximum_object_size 4 MB");
            List<String> small = pages(origin, 50, 700);
            List<String> large = pages(origin, 5, 300_000);
            try (var first = RunningServer.start(conf)) {
                small.forEach(path -> RawHttp.get(first.port(), path));
                large.forEach(path -> RawHttp.get(first.port(), path));
            }
            try (var second = RunningServer.start(conf)) {
                for (int i = 0; i < small.size(); i++) {
                    var answer = RawHttp.get(second.port(), small.get(i));
                    assertThat(answer.body()).isEqualTo(body(i, 700));
                    assertThat(answer.isHit()).isTrue();
                }
                for (int i = 0; i < large.size(); i++) {
                    var answer = RawHttp.get(second.port(), large.get(i));
                    assertThat(answer.body()).isEqualTo(body(i, 300_000));
                    assertThat(answer.isHit()).isTrue();
                }
            }
        }
    }

    @Test
    @ExtendWith(JarIsBuilt.class)
    void after_a_crash_the_server_starts_and_serves_nothing_wrong() {
        try (var origin = Origin.start()) {
            var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 64 16 256");
            List<String> paths = pages(origin, 50, 30_000);
            try (var first = LoligoProcess.start(conf)) {
                paths.forEach(path -> RawHttp.get(first.port(), path));
                first.signal("KILL");
                first.ended();
            }
            try (var second = LoligoProcess.start(conf)) {
                for (int i = 0; i < paths.size(); i++) {
                    assertThat(RawHttp.get(second.port(), paths.get(i)).body()).isEqualTo(body(i, 30_000));
                }
            }
        }
    }

    @Test
    void what_was_purged_stays_purged_after_a_restart() {
        try (var origin = Origin.start()) {
            var conf = SquidConf.inFrontOf(origin.port()).and("cache_dir ufs DIR/cache 64 16 256");
            String path = pages(origin, 1, 700).get(0);
            try (var first = RunningServer.start(conf)) {
                RawHttp.get(first.port(), path);
                assertThat(RawHttp.exchange(first.port(), "PURGE", path).status())
                        .isEqualTo(200);
            }
            try (var second = RunningServer.start(conf)) {
                assertThat(RawHttp.get(second.port(), path).isHit()).isFalse();
            }
        }
    }
}
