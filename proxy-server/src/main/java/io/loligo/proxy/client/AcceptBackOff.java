package io.loligo.proxy.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import org.xnio.channels.AcceptingChannel;

/**
 * Keeps XNIO's pause after a failed accept short. XNIO waits 250 ms after the first failure, and four times as long after each
 * further one, up to 30 s: a server whose descriptors were used up for a moment would then accept nobody for half a minute. Here
 * the pause is set back before it grows, so that accepting goes on within {@link #CHECK_MILLIS} and 250 ms.
 *
 * <p>XNIO has no option for it, so its fields are reached by name; where a later version has other ones, its own pauses hold.
 */
final class AcceptBackOff {
    /** Shorter than XNIO's first pause: so no second one follows that is longer. */
    static final long CHECK_MILLIS = 200;

    private static final System.Logger LOG = System.getLogger(AcceptBackOff.class.getName());

    private final Object[] handles;
    private final MethodHandle reset;
    private final XnioExecutor.Key timer;

    private AcceptBackOff(Object[] handles, MethodHandle reset, XnioIoThread thread) {
        this.handles = handles;
        this.reset = reset;
        this.timer = thread.executeAtInterval(this::reset, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Watches {@code server} until {@link #stop}; null where this XNIO cannot be watched. */
    static @Nullable AcceptBackOff watch(AcceptingChannel<StreamConnection> server) {
        try {
            Object[] handles = (Object[]) field(field(server, "realServer"), "handles");
            Class<?> handle = handles.getClass().getComponentType();
            Field backOffTime = handle.getDeclaredField("backOffTime");
            backOffTime.setAccessible(true);
            MethodHandle reset = MethodHandles.lookup().unreflectSetter(backOffTime);
            return new AcceptBackOff(handles, reset, server.getWorker().getIoThread());
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "XNIO's pauses after failed accepts cannot be kept short", e);
            return null;
        }
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    private void reset() {
        try {
            for (Object handle : handles) {
                reset.invoke(handle, 0);
            }
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.DEBUG, "XNIO's pauses after failed accepts cannot be kept short", e);
            stop();
        }
    }

    void stop() {
        timer.remove();
    }
}
