package io.loligo.cache;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    private static final List<String> ORDER =
            List.of("http", "key", "freshness", "storing", "reuse", "store", "store.chronicle");

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

    @DisplayName("http <- key <- freshness <- storing <- reuse <- store <- store.chronicle")
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
    @DisplayName("Chronicle stays in store.chronicle")
    void chronicle() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "store.chronicle")
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
                .resideOutsideOfPackage(ROOT + "store.chronicle")
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
