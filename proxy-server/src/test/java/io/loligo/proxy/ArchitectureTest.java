package io.loligo.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The map of the code, checked: no room leads back to itself, and no room is one knot of classes. */
class ArchitectureTest {
    private static final String ROOT = "io.loligo.proxy";
    /** The classes of one package that may all know each other. */
    private static final int CIRCLE_MAX = 4;

    /** Each may use those before it; the root package, which puts all together, may use them all. */
    private static final List<String> ORDER = List.of(
            ".http1",
            ".access",
            ".config",
            ".log",
            ".respond",
            ".origin",
            ".exchange",
            ".fetch",
            ".flow",
            ".explain",
            ".client.http1",
            ".client",
            ".admin",
            "");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    static Stream<String> rooms() {
        return ORDER.stream();
    }

    @DisplayName("a room knows only those below it")
    @ParameterizedTest(name = ROOT + "{0}")
    @MethodSource("rooms")
    void order(String room) {
        Set<String> below = ORDER.subList(0, ORDER.indexOf(room)).stream()
                .map(name -> ROOT + name)
                .collect(Collectors.toSet());
        below.add(ROOT + room);

        assertThat(CLASSES.stream()
                        .filter(type -> type.getPackageName().equals(ROOT + room))
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .filter(use -> isOurs(use.getTargetClass().getBaseComponentType()))
                        .filter(use -> !below.contains(
                                use.getTargetClass().getBaseComponentType().getPackageName()))
                        .map(Dependency::getDescription))
                .isEmpty();
    }

    @Test
    @DisplayName("every package has its place in the order")
    void packages() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
                .isEqualTo(rooms().map(name -> ROOT + name).collect(Collectors.toSet()));
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
    }

    @DisplayName("no more than " + CIRCLE_MAX + " classes of a package form a circle")
    @ParameterizedTest(name = ROOT + "{0}")
    @MethodSource("rooms")
    void circles_of_classes(String room) {
        Predicate<JavaClass> inside = type -> type.getPackageName().equals(ROOT + room);

        assertThat(circles(inside, type -> outermost(type).getSimpleName()))
                .as("circles in " + room + ", nested classes counted with the class around them")
                .allSatisfy(circle -> assertThat(circle).hasSizeLessThanOrEqualTo(CIRCLE_MAX));
    }

    @Test
    @DisplayName("no packages form a circle")
    void circles_of_packages() {
        assertThat(circles(type -> type.getPackageName().startsWith(ROOT), JavaClass::getPackageName))
                .isEmpty();
    }

    @DisplayName("circles are found")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # edges            | circles
        a>b b>c            | ''
        a>a                | ''
        a>b b>a            | ab
        a>b b>c c>a c>d    | abc
        a>b b>a c>d d>c b>c| ab cd
        a>b b>c c>b c>d d>a| abcd
        """)
    void search(String edges, String expected) {
        Map<String, Set<String>> graph = new TreeMap<>();
        for (String edge : edges.split(" ", -1)) {
            graph.computeIfAbsent(edge.substring(0, 1), any -> new TreeSet<>()).add(edge.substring(2));
            graph.computeIfAbsent(edge.substring(2), any -> new TreeSet<>());
        }

        List<String> found = new ArrayList<>();
        new Circles(graph).find().forEach(circle -> found.add(String.join("", circle)));

        assertThat(found.stream().sorted().toList())
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ")));
    }

    /** The sets of names, two or more, that all lead to each other, among the classes that {@code inside} takes. */
    private static List<Set<String>> circles(Predicate<JavaClass> inside, Function<JavaClass, String> name) {
        Map<String, Set<String>> graph = new TreeMap<>();
        for (JavaClass type : CLASSES) {
            if (inside.test(type)) {
                Set<String> known = graph.computeIfAbsent(name.apply(type), any -> new TreeSet<>());
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (inside.test(target)) {
                        known.add(name.apply(target));
                    }
                }
            }
        }
        return new Circles(graph).find();
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    /** Tarjan's search for strongly connected components. */
    private static final class Circles {
        private final Map<String, Set<String>> graph;
        private final Map<String, Integer> order = new HashMap<>();
        private final Map<String, Integer> lowest = new HashMap<>();
        private final Deque<String> open = new ArrayDeque<>();
        private final List<Set<String>> found = new ArrayList<>();

        Circles(Map<String, Set<String>> graph) {
            this.graph = graph;
        }

        /** Those of two members or more. */
        List<Set<String>> find() {
            for (String node : graph.keySet()) {
                if (!order.containsKey(node)) {
                    visit(node);
                }
            }
            return found;
        }

        private void visit(String node) {
            int number = order.size();
            order.put(node, number);
            lowest.put(node, number);
            open.push(node);
            Collection<String> targets = graph.getOrDefault(node, Set.of());
            for (String next : targets) {
                if (!order.containsKey(next)) {
                    visit(next);
                    lowest.merge(node, lowest.getOrDefault(next, number), Math::min);
                } else if (open.contains(next)) {
                    lowest.merge(node, order.getOrDefault(next, number), Math::min);
                }
            }
            if (lowest.getOrDefault(node, number) == number) {
                Set<String> circle = new TreeSet<>();
                String member;
                do {
                    member = open.pop();
                    circle.add(member);
                } while (!member.equals(node));
                if (circle.size() > 1) {
                    found.add(circle);
                }
            }
        }
    }
}
