package io.loligo.proxy.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectAttemptTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("the process has no descriptor left", new SocketException("Too many open files"), true),
                Arguments.of("nor has the system", new SocketException("Too many open files in system"), true),
                Arguments.of("no local port is left", new BindException("Cannot assign requested address"), true),
                Arguments.of("the peer refuses", new ConnectException("Connection refused"), false),
                Arguments.of("there is no way to it", new NoRouteToHostException("No route to host"), false),
                Arguments.of("it resets", new SocketException("Connection reset"), false),
                Arguments.of("anything else", new IOException(), false));
    }

    @DisplayName("a peer is not declared dead for what this machine lacks")
    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("failures")
    void whose_fault(String rule, Exception failure, boolean ours) {
        assertThat(ConnectAttempt.isOurs(failure)).isEqualTo(ours);
    }
}
