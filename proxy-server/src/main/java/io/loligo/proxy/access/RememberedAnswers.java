package io.loligo.proxy.access;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a pure question was answered about the texts asked about last: patterns take a microsecond each, and the URLs that are
 * asked for most come again and again. Used by any thread; two that ask at once may both work it out.
 */
final class RememberedAnswers {
    /** Texts that are remembered; a newer one takes the place of an older one. A power of two. */
    static final int TEXTS_MAX = 1024;

    /** Longer texts are asked about each time. */
    static final int LENGTH_MAX = 512;

    private final AtomicReferenceArray<@Nullable Answer> answers = new AtomicReferenceArray<>(TEXTS_MAX);
    private final Predicate<String> question;

    private record Answer(String text, boolean yes) {}

    /** @param question always answered alike about the same text */
    RememberedAnswers(Predicate<String> question) {
        this.question = question;
    }

    boolean about(String text) {
        if (text.length() > LENGTH_MAX) {
            return question.test(text);
        }
        int hash = text.hashCode();
        int slot = (hash ^ hash >>> 16) & (TEXTS_MAX - 1);
        Answer known = answers.get(slot);
        if (known == null || !known.text().equals(text)) {
            known = new Answer(text, question.test(text));
            answers.set(slot, known);
        }
        return known.yes();
    }
}
