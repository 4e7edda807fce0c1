package io.loligo.cache.store.chronicle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What may be stored after a kill, according to the journals of those who stored: what was acknowledged, and for what was
 * under way when the kill came, what was there before or what should be there after it.
 *
 * <p>A journal has a line before and a line after each operation; pages belong to one thread, so the lines about one page
 * are in order.
 *
 * <pre>
 *  put BODY       a body is about to be stored       freshen BODY   a head is about to be freshened to BODY
 *  purge PAGE     a page is about to be purged       validate BODY  BODY's times are about to be written over
 *  done, none     what the line before says took place, or did not; maybe: nobody said whether it did
 * </pre>
 */
final class KillModel {
    private final int pages;
    private final Map<List<Integer>, Set<Optional<KillBody>>> possible = new HashMap<>();

    KillModel(int pages) {
        this.pages = pages;
    }

    int pages() {
        return pages;
    }

    /** What a variant may be now; empty stands for nothing. */
    Set<Optional<KillBody>> possible(int page, int variant) {
        return possible.computeIfAbsent(List.of(page, variant), key -> new HashSet<>(Set.of(Optional.empty())));
    }

    /** It has been looked: the variant is {@code found}. */
    void found(int page, int variant, @Nullable KillBody found) {
        possible.put(List.of(page, variant), new HashSet<>(Set.of(Optional.ofNullable(found))));
    }

    /** Follows a journal; its last operation may not have come to its end, its last line may not be whole. */
    int follow(Path journal) throws IOException {
        String text = Files.readString(journal, StandardCharsets.UTF_8);
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        for (int i = 0; i < lines.size(); i += 2) {
            follow(lines.get(i), i + 1 < lines.size() ? lines.get(i + 1) : null);
        }
        return lines.size() / 2;
    }

    private void follow(String operation, @Nullable String outcome) {
        if (Objects.equals(outcome, "none")) {
            return;
        }
        int space = operation.indexOf(' ');
        String rest = operation.substring(space + 1);
        List<List<Integer>> places = new ArrayList<>();
        Optional<KillBody> after;
        if (operation.startsWith("purge ")) {
            int page = Integer.parseInt(rest);
            IntStream.range(0, KillBody.variants(page)).forEach(variant -> places.add(List.of(page, variant)));
            after = Optional.empty();
        } else {
            KillBody body = KillBody.of(rest);
            places.add(List.of(body.page(), body.variant()));
            boolean cut = operation.startsWith("validate ") && outcome == null;
            after = cut ? Optional.empty() : Optional.of(body);
        }
        for (List<Integer> place : places) {
            Set<Optional<KillBody>> states = possible(place.get(0), place.get(1));
            if (Objects.equals(outcome, "done")) {
                states.clear();
            }
            states.add(after);
        }
    }
}
