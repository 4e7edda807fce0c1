package io.loligo.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadBuffersTest {
    private final ThreadBuffers pool = new ThreadBuffers(new DefaultByteBufferPool(true, 1 << 10, 0, 0));

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void takesTheBufferThatWasGivenBackLast() {
        PooledByteBuffer first = pool.allocate();
        PooledByteBuffer second = pool.allocate();
        ByteBuffer last = second.getBuffer();
        last.put((byte) 1).flip();
        first.close();
        second.close();
        ByteBuffer taken = pool.allocate().getBuffer();
        assertSame(last, taken);
        assertEquals(1 << 10, taken.remaining(), "it is empty again");
    }

    @Test
    void givesABufferBackOnce() {
        PooledByteBuffer twice = pool.allocate();
        twice.close();
        twice.close();
        assertFalse(twice.isOpen());
        assertThrows(IllegalStateException.class, twice::getBuffer);
        assertNotSame(pool.allocate().getBuffer(), pool.allocate().getBuffer());
    }

    @Test
    void keepsNoMoreThanItsLimit() {
        // The pool behind frees what comes back to it while it has one: it keeps that one.
        List<PooledByteBuffer> taken = new ArrayList<>();
        Set<ByteBuffer> before = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < ThreadBuffers.KEPT_MAX + 10; i++) {
            taken.add(pool.allocate());
            before.add(taken.get(i).getBuffer());
        }
        taken.forEach(PooledByteBuffer::close);
        int again = 0;
        for (int i = 0; i < ThreadBuffers.KEPT_MAX + 10; i++) {
            again += before.contains(pool.allocate().getBuffer()) ? 1 : 0;
        }
        assertEquals(ThreadBuffers.KEPT_MAX + 1, again);
    }

    @Test
    void keepsABufferWhereItWasGivenBack() throws Exception {
        PooledByteBuffer here = pool.allocate();
        ByteBuffer buffer = here.getBuffer();
        FutureTask<ByteBuffer> elsewhere = new FutureTask<>(() -> {
            here.close();
            return pool.allocate().getBuffer();
        });
        Thread other = new Thread(elsewhere);
        other.start();
        assertSame(buffer, elsewhere.get());
        other.join();
        assertNotSame(buffer, pool.allocate().getBuffer());
    }
}
