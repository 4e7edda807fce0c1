package io.loligo.proxy.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.conduits.StreamSourceConduit;

class OriginInputTest {
    private static final int BUFFER_BYTES = 16 << 10;

    /** A socket that always has more. */
    private static final StreamSourceConduit ENDLESS = (StreamSourceConduit) Proxy.newProxyInstance(
            OriginInputTest.class.getClassLoader(), new Class<?>[] {StreamSourceConduit.class}, (self, method, of) -> {
                ByteBuffer dst = (ByteBuffer) of[0];
                int count = dst.remaining();
                dst.position(dst.limit());
                return count;
            });

    @DisplayName("an origin that is faster than we are has a budget per event, and goes on with the next")
    @ParameterizedTest(name = "in our hands first: {0}")
    @ValueSource(booleans = {true, false})
    void turns(boolean intoOurHands) throws IOException {
        try (DefaultByteBufferPool buffers = new DefaultByteBufferPool(false, BUFFER_BYTES)) {
            OriginInput input = new OriginInput(ENDLESS, buffers, (sent, received) -> {});
            for (int event = 0; event < 3; event++) {
                input.readable();
                int taken = 0;
                while (input.mayBeReadable()) {
                    taken += intoOurHands ? input.fill() : input.read(ByteBuffer.allocate(BUFFER_BYTES));
                }
                assertThat(taken).isEqualTo(OriginInput.TURN_BYTES_MAX);
            }
            input.release();
        }
    }
}
