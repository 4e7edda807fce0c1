package io.loligo.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.tests.InProcessServer;
import io.loligo.tests.SquidConf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The cases against the server in this JVM, held to the floor beside the runner. */
@DisplayName("The conformance cases")
class ConformanceTest {
    static final Path FLOOR = Path.of("conformance", "floor.json");

    @Test
    void hold_the_floor() {
        String cases = System.getProperty("conformance.cases");
        Assumptions.assumeTrue(cases != null, "no cases: give their file by -Dconformance.cases=FILE");
        try (CaseOrigin origin = CaseOrigin.start(0);
                InProcessServer server = InProcessServer.start(
                        SquidConf.inFrontOf(origin.port()).and("send_stored_set_cookie allow all"))) {
            var explanations = new ExplanationCheck(server.server());
            var totals = new Totals(ConformanceRun.of(
                    CaseFile.read(Path.of(cases)),
                    origin,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                    explanations));

            assertThat(Floor.read(FLOOR).shortfalls(totals))
                    .as(totals.notPassed() + "\n" + totals.table())
                    .isEmpty();
            assertThat(explanations.requests()).isGreaterThan(500);
            assertThat(explanations.answers()).isGreaterThan(250);
            assertThat(explanations.mismatches())
                    .as("what is explained is what is done")
                    .isEmpty();
        }
    }
}
