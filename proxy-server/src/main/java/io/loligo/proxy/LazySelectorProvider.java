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
 * Gives XNIO's I/O threads selectors that do not look for events each time a connection is closed while many are ready, and
 * that keep what they find in an array.
 *
 * <p>XNIO calls {@link Selector#selectNow} after each key that it cancels, so that it is gone at once. Where thousands of
 * connections are closed at a time, each such call collects a thousand events, to close one connection. Here that look is
 * put off to the next selection of XNIO's loop, which follows as soon as the events at hand are worked off: the cancelled
 * keys are gone then, and their sockets, which have sent their FIN before, are closed. Where few were ready, XNIO has its
 * look at once.
 *
 * <p>It wraps the system's selectors, which only their own kind may register channels with; so the package
 * {@code java.nio.channels.spi} must be open to this.
 */
public final class LazySelectorProvider extends SelectorProvider {
    private static final System.Logger LOG = System.getLogger(LazySelectorProvider.class.getName());
    /** XNIO's name for a provider of its own. */
    private static final String PROVIDER = "xnio.nio.selector.provider";

    /** Its I/O thread asserts that a key's selector is the one it has been given, which is wrapped here. */
    private static final String ASSERTS_SELECTOR = "org.xnio.nio.WorkerThread";

    /** From so many ready connections on a look is put off. */
    static final int MANY = 16;

    private final SelectorProvider system = SelectorProvider.provider();
    private final MethodHandle register;

    /**
     * For XNIO.
     *
     * @throws IllegalAccessException when the package is not open
     */
    public LazySelectorProvider() throws IllegalAccessException {
        register = register();
    }

    /** To be called before there is an XNIO. Where the package is not open, XNIO does as it always does. */
    static void install() {
        try {
            register();
            LazySelectorProvider.class.getClassLoader().setClassAssertionStatus(ASSERTS_SELECTOR, false);
            System.setProperty(PROVIDER, LazySelectorProvider.class.getName());
        } catch (IllegalAccessException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "many connections that are closed at a time take long: the JVM lacks --add-opens"
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

    /** Used as XNIO uses selectors: on their I/O thread, but for {@link #wakeup}, {@link #keys} and registering. */
    private static final class LazySelector extends AbstractSelector {
        private final MethodHandle register;
        private final AbstractSelector system;
        private final ReadyKeys ready = new ReadyKeys();
        private final Consumer<SelectionKey> collect = ready::found;
        /** How many were ready when XNIO last asked. */
        private int found;
        /** Whether a look at the events was asked for and has not been taken. */
        private boolean putOff;

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
            putOff = found >= MANY;
            return putOff ? 0 : look();
        }

        private int look() throws IOException {
            ready.clear();
            return system.selectNow(collect);
        }

        /** XNIO asks for them after each selection of its loop, and not after one for the sake of a cancelled key. */
        @Override
        public Set<SelectionKey> selectedKeys() {
            if (putOff) {
                putOff = false;
                try {
                    look();
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "the system did not say which connections are ready", e);
                }
            }
            found = ready.size();
            return ready;
        }

        @Override
        public int select(long timeout) throws IOException {
            putOff = false;
            ready.clear();
            return system.select(collect, timeout);
        }

        @Override
        public int select() throws IOException {
            putOff = false;
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
     * The keys that a look has found ready, in an array: the system's own set of them hashes each key, and goes through as
     * many places as there were keys at its busiest each time that XNIO asks. What was found before a look is forgotten; if it
     * still is ready the look finds it again.
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
