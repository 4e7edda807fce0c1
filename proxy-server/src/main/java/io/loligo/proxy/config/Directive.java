package io.loligo.proxy.config;

import java.util.List;

/**
 * One directive as read: continuation, comments, conditions and macros are behind it, its meaning is still ahead.
 *
 * @param name the first word, case kept
 * @param words what follows
 * @param rest what follows the name, as written, for directives that are not made of words
 * @param where its (first) line
 */
record Directive(String name, List<Word> words, String rest, SourceLocation where) {

    /** The words' texts. */
    List<String> texts() {
        return words.stream().map(Word::text).toList();
    }

    /** The directive as written, with blanks made even. */
    String text() {
        return rest.isEmpty() ? name : name + " " + rest;
    }
}
