package io.loligo.tests;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom in the whole project. What each room forbids itself is checked in its own module. */
@DisplayName("The architecture")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.loligo");

    @ParameterizedTest(name = "{0} knows nothing of {1}")
    @CsvSource({
        "io.loligo.cache.., io.loligo.proxy..",
        "io.loligo.cache.., io.loligo.cli..",
        "io.loligo.proxy.., io.loligo.cli..",
        "io.loligo.cli..,   io.loligo.cache..",
    })
    void data_goes_down(String room, String other) {
        noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(other)
                .allowEmptyShould(true)
                .check(classes);
    }

    @ParameterizedTest(name = "{0} is used only by {1}")
    @CsvSource(delimiter = '|', textBlock = """
        io.undertow..             | io.loligo.proxy..
        org.xnio..                | io.loligo.proxy..
        com.google.re2j..         | io.loligo.proxy.access.. ; io.loligo.cache.store.chronicle..
        com.fasterxml.jackson..   | io.loligo.proxy.admin.. ; io.loligo.cli..
        picocli..                 | io.loligo.cli..
        net.openhft..             | io.loligo.cache.store.chronicle..
        org.apache.commons.codec..| io.loligo.cache.store.chronicle..
        """)
    void a_library_has_its_room(String library, String rooms) {
        noClasses()
                .that()
                .resideOutsideOfPackages(rooms.split(" ; ", -1))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(classes);
    }

    static Stream<Arguments> houseRules() {
        return Stream.of(
                Arguments.of(
                        "a class is named for what it is",
                        noClasses()
                                .should()
                                .haveNameMatching(".*\\.[A-Za-z0-9]*(Util|Utils|Helper|Manager|Impl)(\\$.*)?")),
                Arguments.of(
                        "only the command line prints",
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("io.loligo.cli..")
                                .should(ACCESS_STANDARD_STREAMS)),
                Arguments.of(
                        "only the command line ends the process",
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("io.loligo.cli..")
                                .should()
                                .callMethod(System.class, "exit", int.class)
                                .orShould()
                                .callMethod(Runtime.class, "halt", int.class)),
                Arguments.of(
                        "nobody sleeps",
                        noClasses()
                                .should()
                                .callMethod(Thread.class, "sleep", long.class)
                                .orShould()
                                .callMethod(Thread.class, "sleep", long.class, int.class)),
                Arguments.of(
                        "Undertow's own client to the origin is not used: it hangs and misreads framing",
                        noClasses()
                                .should()
                                .dependOnClassesThat(resideInAnyPackage(
                                        "io.undertow.client..", "io.undertow.server.handlers.proxy.."))),
                Arguments.of(
                        "decisions know no store",
                        noClasses()
                                .that(resideInAnyPackage(
                                        "io.loligo.cache.http..",
                                        "io.loligo.cache.key..",
                                        "io.loligo.cache.freshness..",
                                        "io.loligo.cache.storing..",
                                        "io.loligo.cache.reuse..",
                                        "io.loligo.cache.invalidation..",
                                        "io.loligo.cache.status.."))
                                .should()
                                .dependOnClassesThat(resideInAPackage("io.loligo.cache.store.."))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("houseRules")
    void house_rule(String name, ArchRule rule) {
        rule.as(name).allowEmptyShould(true).check(classes);
    }
}
