package io.loligo.proxy;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Wraps the selectors of XNIO's I/O threads so that closing many connections at once does not scan every key, and ready
 * keys are collected in an array instead of a hash set.
 *
 * <p>XNIO calls {@link Selector#selectNow} after each key that it cancels, because a cancelled key leaves its selector only
 * during a selection. When thousands of connections are ready and thousands are closed, each of these calls scans all ready
 * keys to remove one. The wrapped selector defers such a call to the next selection of XNIO's loop, which follows as soon as
 * the loop has handled the ready keys that it already has. That selection removes all cancelled keys at once and closes
 * their sockets; each socket has sent its FIN before. When fewer than {@value #MANY} keys were ready, the call is not
 * deferred.
 *
 * <p>Channels register with a selector through a protected method of {@link AbstractSelector}. The wrapper passes this call
 * on to the system's selector, so the package {@code java.nio.channels.spi} must be open to this class
 * ({@code --add-opens}).
 */
public final class LazySelectorProvider extends SelectorProvider {
    private static final System.Logger LOG = System.getLogger(LazySelectorProvider.class.getName());
    /** The system property in which XNIO looks for the name of its selector provider. */
    private static final String PROVIDER = "xnio.nio.selector.provider";

    /** XNIO's I/O thread. It asserts that a key's selector is the one that it opened; with a wrapper that is not true. */
    private static final String ASSERTS_SELECTOR = "org.xnio.nio.WorkerThread";

    /** Number of ready keys from which on a selection that follows a cancelled key is deferred. */
    static final int MANY = 16;

    private final SelectorProvider system = SelectorProvider.provider();
    private final MethodHandle register;

    /**
     * XNIO calls this constructor by reflection.
     *
     * @throws IllegalAccessException when {@code java.nio.channels.spi} is not open to this class
     */
    public LazySelectorProvider() throws IllegalAccessException {
        register = register();
    }

    /**
     * Makes XNIO use this provider. Must be called before XNIO is loaded. When {@code java.nio.channels.spi} is not open,
     * it logs a warning, and XNIO uses the system's selectors.
     */
    static void install() {
        try {
            register();
            LazySelectorProvider.class.getClassLoader().setClassAssertionStatus(ASSERTS_SELECTOR, false);
            System.setProperty(PROVIDER, LazySelectorProvider.class.getName());
        } catch (IllegalAccessException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "closing many connections at once will be slow: the JVM lacks --add-opens"
                            + " java.base/java.nio.channels.spi=ALL-UNNAMED");
        }
    }

    private static MethodHandle register() throws IllegalAccessException {
        try {
            return MethodHandles.privateLookupIn(AbstractSelector.class, MethodHandles.lookup())
                    .findVirtual(
                            AbstractSelector.class,
                            "register",
                            MethodType.methodType(
                                    SelectionKey.class, AbstractSelectableChannel.class, int.class, Object.class));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new LazySelector(this, system.openSelector());
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return system.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return system.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return system.openPipe();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return system.openServerSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return system.openSocketChannel();
    }

    /**
     * A selector around the system's. Like XNIO's selectors it is used on one I/O thread only, except for {@link #wakeup},
     * {@link #keys} and registering, which any thread may call.
     */
    private static final class LazySelector extends AbstractSelector {
        private final MethodHandle register;
        private final AbstractSelector system;
        private final ReadyKeys ready = new ReadyKeys();
        private final Consumer<SelectionKey> collect = ready::found;
        /** Number of keys that were ready when XNIO last asked for them. */
        private int found;
        /** Whether XNIO has called {@link #selectNow} and the selection has been deferred. */
        private boolean deferred;

        LazySelector(LazySelectorProvider provider, AbstractSelector system) {
            super(provider);
            this.register = provider.register;
            this.system = system;
        }

        @Override
        protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
            try {
                return (SelectionKey) register.invokeExact(system, channel, ops, attachment);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int selectNow() throws IOException {
            deferred = found >= MANY;
            return deferred ? 0 : selectReady();
        }

        private int selectReady() throws IOException {
            ready.clear();
            return system.selectNow(collect);
        }

        /**
         * The ready keys. XNIO calls this after each selection of its loop, and not after a selection that only removes a
         * cancelled key; a deferred selection is made here.
         */
        @Override
        public Set<SelectionKey> selectedKeys() {
            if (deferred) {
                deferred = false;
                try {
                    selectReady();
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "the ready connections could not be selected", e);
                }
            }
            found = ready.size();
            return ready;
        }

        @Override
        public int select(long timeout) throws IOException {
            deferred = false;
            ready.clear();
            return system.select(collect, timeout);
        }

        @Override
        public int select() throws IOException {
            deferred = false;
            ready.clear();
            return system.select(collect);
        }

        @Override
        public Set<SelectionKey> keys() {
            return system.keys();
        }

        @Override
        public Selector wakeup() {
            system.wakeup();
            return this;
        }

        @Override
        protected void implCloseSelector() throws IOException {
            system.close();
        }
    }

    /**
     * The ready keys of the latest selection, in an array. The system's own set would hash each key, and each iteration over
     * it would visit as many buckets as it ever needed. Each selection starts with an empty array; a key that is still ready
     * is found again.
     */
    private static final class ReadyKeys extends AbstractSet<SelectionKey> {
        private SelectionKey[] keys = new SelectionKey[MANY];
        private int count;

        void found(SelectionKey key) {
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, 2 * count);
            }
            keys[count++] = key;
        }

        @Override
        public int size() {
            return count;
        }

        @Override
        public Iterator<SelectionKey> iterator() {
            return Arrays.asList(keys).subList(0, count).iterator();
        }

        @Override
        @SuppressWarnings({"unchecked", "SuspiciousSystemArraycopy"}) // as Collection has it
        public <T> T[] toArray(T[] to) {
            T[] all = to.length < count ? (T[]) Arrays.copyOf(keys, count, to.getClass()) : to;
            System.arraycopy(keys, 0, all, 0, count);
            if (all.length > count) {
                ((Object[]) all)[count] = null;
            }
            return all;
        }

        @Override
        public void clear() {
            Arrays.fill(keys, 0, count, null);
            count = 0;
        }
    }
}
