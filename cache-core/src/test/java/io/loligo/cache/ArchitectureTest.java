package io.loligo.cache;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The map of the code, checked: who may know whom, and what a decision may not touch. */
class ArchitectureTest {
    private static final String ROOT = "io.loligo.cache.";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.loligo.cache");

    /** Each may use those before it. */
    private static final List<String> ORDER = List.of(
            "http",
            "key",
            "freshness",
            "storing",
            "reuse",
            "store",
            "store.eviction",
            "store.chronicle.page",
            "store.chronicle.files",
            "store.chronicle.ban",
            "store.chronicle");

    /** Classes that may know each other in a circle. */
    private static final int CIRCLE_MAX = 4;

    private static final String[] DECISIONS = Stream.of(
                    "http", "key", "freshness", "storing", "reuse", "status", "invalidation")
            .map(name -> ROOT + name)
            .toArray(String[]::new);

    /** What asks the machine for the time. */
    private static final Set<String> CLOCKS = Set.of("now", "currentTimeMillis", "nanoTime");

    static Stream<Arguments> earlierAndLater() {
        return IntStream.range(0, ORDER.size() - 1)
                .mapToObj(i -> Arguments.of(ORDER.get(i), ORDER.subList(i + 1, ORDER.size())));
    }

    @DisplayName(
            "http <- key <- freshness <- storing <- reuse <- store <- eviction <- page <- files <- ban <- store.chronicle")
    @ParameterizedTest(name = "{0} does not know {1}")
    @MethodSource("earlierAndLater")
    void order(String earlier, List<String> later) {
        noClasses()
                .that()
                .resideInAPackage(ROOT + earlier)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(later.stream().map(name -> ROOT + name).toArray(String[]::new))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    @DisplayName("every package has its place in the order, and there is no circle of packages")
    void packages() {
        Set<String> known = new TreeSet<>(ORDER);
        known.addAll(List.of("status", "invalidation"));
        Set<String> found = new TreeSet<>();
        Map<String, Set<String>> uses = new TreeMap<>();
        CLASSES.forEach(type -> {
            String from = type.getPackageName();
            found.add(from.substring(ROOT.length()));
            Set<String> to = uses.computeIfAbsent(from, name -> new TreeSet<>());
            type.getDirectDependenciesFromSelf()
                    .forEach(use ->
                            to.add(use.getTargetClass().getBaseComponentType().getPackageName()));
            to.remove(from);
        });
        assertThat(known).isEqualTo(found);
        assertThat(circles(uses)).isEmpty();
    }

    @Test
    @DisplayName("no more than four classes know each other in a circle")
    void classes() {
        Map<String, Set<String>> uses = new TreeMap<>();
        CLASSES.forEach(type -> {
            String from = outermost(type);
            Set<String> to = uses.computeIfAbsent(from, name -> new TreeSet<>());
            type.getDirectDependenciesFromSelf()
                    .forEach(use -> to.add(outermost(use.getTargetClass().getBaseComponentType())));
            to.remove(from);
        });
        assertThat(circles(uses)).allSatisfy(circle -> assertThat(circle).hasSizeLessThanOrEqualTo(CIRCLE_MAX));
    }

    @Test
    @DisplayName("circles are found")
    void findsCircles() {
        Map<String, Set<String>> uses =
                Map.of("a", Set.of("b", "x"), "b", Set.of("c"), "c", Set.of("a"), "x", Set.of("y"), "y", Set.of());

        assertThat(circles(uses)).containsExactly(Set.of("a", "b", "c"));
    }

    private static String outermost(JavaClass type) {
        String name = type.getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    /** The sets of more than one in which each reaches each. */
    private static Set<Set<String>> circles(Map<String, Set<String>> uses) {
        Map<String, Set<String>> reached = new TreeMap<>();
        uses.keySet().forEach(name -> reached.put(name, reached(name, uses)));
        Set<Set<String>> circles = new HashSet<>();
        uses.keySet().forEach(name -> {
            Set<String> circle = there(reached.get(name)).stream()
                    .filter(other -> there(reached.get(other)).contains(name))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (circle.size() > 1) {
                circles.add(circle);
            }
        });
        return circles;
    }

    private static Set<String> reached(String from, Map<String, Set<String>> uses) {
        Set<String> found = new TreeSet<>();
        Deque<String> left = new ArrayDeque<>(List.of(from));
        while (!left.isEmpty()) {
            for (String next : uses.getOrDefault(left.pop(), Set.of())) {
                if (uses.containsKey(next) && found.add(next)) {
                    left.push(next);
                }
            }
        }
        return found;
    }

    private static <T> T there(@Nullable T value) {
        return Objects.requireNonNull(value);
    }

    @Test
    @DisplayName("status knows nobody; of the decisions only reuse knows it")
    void status() {
        List<String> others = new ArrayList<>(ORDER);
        others.add("invalidation");
        noClasses()
                .that()
                .resideInAPackage(ROOT + "status")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others.stream().map(name -> ROOT + name).toArray(String[]::new))
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + "http", ROOT + "key", ROOT + "freshness", ROOT + "storing", ROOT + "invalidation")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "status")
                .check(CLASSES);
    }

    @Test
    @DisplayName("invalidation knows http and key, and nobody knows invalidation")
    void invalidation() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "invalidation")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "freshness", ROOT + "storing", ROOT + "reuse", ROOT + "store..", ROOT + "status")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "invalidation")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "invalidation")
                .check(CLASSES);
    }

    @Test
    @DisplayName("a decision reads no clock: now is an argument")
    void noClock() {
        noClasses()
                .that()
                .resideInAnyPackage(DECISIONS)
                .should()
                .accessTargetWhere(readsAClock())
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.time\\.(Clock|InstantSource)|java\\.util\\.(Date|Calendar|Timer)")
                .check(CLASSES);
    }

    @Test
    @DisplayName("a decision does no I/O, starts no thread, rolls no dice and writes no log")
    void noInputOutput() {
        noClasses()
                .that()
                .resideInAnyPackage(DECISIONS)
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "touch the outside world", ArchitectureTest::touchesTheOutsideWorld))
                .check(CLASSES);
    }

    @Test
    @DisplayName("Chronicle stays in store.chronicle, and out of the order of eviction")
    void chronicle() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "store.chronicle..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("net.openhft..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("hashes and logging are the store's business")
    void storeLibraries() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.commons.codec..", "org.slf4j..", "java.util.logging..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "store.chronicle..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.commons.codec..", "com.google.re2j..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("nothing in cache-core knows sockets or the server")
    void noServer() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.loligo.proxy..", "io.undertow..", "org.xnio..")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaAccess<?>> readsAClock() {
        return DescribedPredicate.describe("read a clock", access -> {
            JavaMember member = access.getTarget().resolveMember().orElse(null);
            String owner = access.getTargetOwner().getPackageName();
            String name = member == null ? access.getName() : member.getName();
            return CLOCKS.contains(name) && (owner.equals("java.time") || owner.equals("java.lang"));
        });
    }

    private static boolean touchesTheOutsideWorld(JavaClass type) {
        String name = type.getName();
        return name.startsWith("java.io.")
                || name.startsWith("java.nio.file.")
                || name.startsWith("java.nio.channels.")
                || name.startsWith("java.net.")
                || name.startsWith("java.util.concurrent.")
                || name.startsWith("java.util.logging.")
                || name.startsWith("org.slf4j.")
                || name.startsWith("java.lang.System$Logger")
                || name.equals("java.lang.Thread")
                || name.equals("java.lang.ThreadLocal")
                || name.equals("java.util.Random")
                || name.equals("java.security.SecureRandom");
    }
}
