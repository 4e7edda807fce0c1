package io.loligo.tests.conformance;

import io.loligo.tests.RawHttp.Head;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Something a message's fields must, or must not, say. Lines of one name count as one, joined by ", ". */
sealed interface FieldCondition {

    /** The field it is about. */
    String name();

    boolean holds(Head head);

    /** Whether the message says nothing of the kind: the negation, which for a value looks at each member of a list. */
    default boolean isAbsent(Head head) {
        return !holds(head);
    }

    private static String joined(Head head, String name) {
        return String.join(", ", head.all(name));
    }

    record Present(String name) implements FieldCondition {
        @Override
        public String toString() {
            return name;
        }

        @Override
        public boolean holds(Head head) {
            return head.field(name).isPresent();
        }
    }

    record Equal(ScriptedField field) implements FieldCondition {
        @Override
        public String name() {
            return field.name();
        }

        @Override
        public String toString() {
            return field.text() != null
                    ? name() + ": " + field.text()
                    : name() + " " + field.seconds() + " s after Server-Now";
        }

        @Override
        public boolean holds(Head head) {
            return head.field(field.name()).isPresent()
                    && joined(head, field.name()).equals(field.at(serverNow(head)));
        }

        @Override
        public boolean isAbsent(Head head) {
            String value = field.at(serverNow(head));
            List<String> lines = head.all(field.name());
            return !lines.contains(value)
                    && lines.stream()
                            .flatMap(line -> Arrays.stream(line.split(",", -1)))
                            .noneMatch(member -> member.strip().equals(value));
        }

        /** Relative dates count from when the origin made the answer. */
        private static Instant serverNow(Head head) {
            return Instant.ofEpochMilli(
                    head.field("Server-Now").map(Long::parseLong).orElse(0L));
        }
    }

    record SameAs(String name, String other) implements FieldCondition {
        @Override
        public String toString() {
            return name + " as " + other;
        }

        @Override
        public boolean holds(Head head) {
            return head.field(name).isPresent() && joined(head, name).equals(joined(head, other));
        }
    }

    record Greater(String name, long than) implements FieldCondition {
        @Override
        public String toString() {
            return name + " > " + than;
        }

        @Override
        public boolean holds(Head head) {
            String value = joined(head, name);
            return value.matches("\\d{1,18}") && Long.parseLong(value) > than;
        }
    }
}
