package io.loligo.proxy;

import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.SearchAwareStore;
import io.loligo.cache.store.StoreStats;
import io.loligo.cache.store.chronicle.ChronicleStore;
import io.loligo.proxy.admin.AdminListener;
import io.loligo.proxy.admin.ManagerPages;
import io.loligo.proxy.admin.Metrics;
import io.loligo.proxy.admin.PeerState;
import io.loligo.proxy.admin.ReloadResult;
import io.loligo.proxy.admin.ServerView;
import io.loligo.proxy.client.Listeners;
import io.loligo.proxy.client.http1.Http1Door;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.ConfigurationLoader;
import io.loligo.proxy.config.LoadOptions;
import io.loligo.proxy.config.Loaded;
import io.loligo.proxy.config.Problem;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.explain.ExplainRequest;
import io.loligo.proxy.explain.ExplainTime;
import io.loligo.proxy.explain.Explainer;
import io.loligo.proxy.explain.Explanation;
import io.loligo.proxy.flow.RequestFlow;
import io.loligo.proxy.log.AccessLog;
import io.loligo.proxy.log.AddressText;
import io.loligo.proxy.log.CacheLog;
import io.loligo.proxy.log.Transaction;
import io.loligo.proxy.origin.OriginClient;
import io.loligo.proxy.origin.OriginSettings;
import io.loligo.proxy.origin.Peer;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/**
 * The server. It creates all parts and passes to each the parts that it needs; it starts, reloads the configuration, and
 * stops. Any thread may call its methods.
 */
public final class LoligoServer {
    private static final System.Logger LOG = System.getLogger(LoligoServer.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;
    /** Number of free buffers that the pool keeps: 32 MB. A buffer that is returned to a full pool is freed. */
    private static final int POOLED_BUFFERS = 2048;

    private static final Duration FIRST_RESOLUTION_WAIT = Duration.ofSeconds(5);
    private static final Duration WORKER_END = Duration.ofSeconds(5);
    private static final long DRAIN_CHECK_MILLIS = 20;
    private static final InstantSource CLOCK = InstantSource.system();

    private final ServerOptions options;
    private final Instant startTime = Instant.now();
    private final Metrics metrics = new Metrics(startTime.toEpochMilli());
    private final LongAdder active = new LongAdder();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ServerResources opened = new ServerResources();

    private final CacheLog cacheLog;
    private final AccessLog accessLog;
    private final ResponseStore store;
    private final OriginClient origin;
    private final LiveConfiguration live;
    private final RequestFlow flow;
    private final Listeners listeners;

    private volatile boolean stopping;
    private volatile boolean hurried;

    private LoligoServer(ServerOptions options, Configuration configuration, List<Problem> notes) throws IOException {
        this.options = options;
        try {
            cacheLog = opened.add(CacheLog.install(configuration.logs().cacheLog()));
            accessLog = opened.add(
                    AccessLog.open(configuration.logs(), configuration.limits().logQueueMaxSize()));
            notes.forEach(note -> ProblemWords.log("", note));
            store = opened.add(new SearchAwareStore(ChronicleStore.open(StoreSettings.options(configuration))));
            StoreSettings.tellFields(store, configuration.headerFields());
            ByteBufferPool buffers =
                    new ThreadBuffers(new DefaultByteBufferPool(true, BUFFER_BYTES, POOLED_BUFFERS, 0));
            opened.add(buffers);
            LazySelectorProvider.install();
            XnioWorker worker = Xnio.getInstance()
                    .createWorker(OptionMap.builder()
                            .set(Options.WORKER_NAME, "loligo")
                            .set(Options.WORKER_IO_THREADS, Runtime.getRuntime().availableProcessors())
                            .set(Options.WORKER_TASK_CORE_THREADS, 1)
                            .set(Options.WORKER_TASK_MAX_THREADS, 1)
                            .getMap());
            opened.add(() -> end(worker));
            origin = opened.add(new OriginClient(
                    worker, buffers, CLOCK, OriginSettings.from(configuration), metrics::recordOriginBytes));
            List<Peer> peers = origin.renew(List.of(), configuration.peers(), FIRST_RESOLUTION_WAIT);
            live = new LiveConfiguration(Rules.of(configuration, peers, Version.NUMBER));
            ServerView view = new View();
            ManagerPages pages = new ManagerPages(view, metrics, CLOCK);
            flow = RequestFlow.assemble(store, origin, buffers, CLOCK, pages::render);
            Consumer<Transaction> record = transaction -> {
                if (AccessLog.allows(live.current().configuration().logs().statisticsOf(), transaction)) {
                    metrics.record(transaction);
                }
                accessLog.record(transaction);
            };
            listeners = new Listeners(worker, live, key -> new Http1Door(key, live, flow, record, active));
            opened.add(() -> {
                listeners.stopAccepting();
                listeners.closeConnections();
            });
            if (configuration.admin().port() != 0) {
                opened.add(AdminListener.start(
                        configuration.admin(),
                        new ServerActions(this, view, options.configFile(), live, store, accessLog, cacheLog, CLOCK)));
            }
            listeners.openFor(configuration);
            listeners.accept(configuration);
            Path pidFile = configuration.process().pidFile();
            if (pidFile != null) {
                writePid(pidFile);
                opened.add(() -> Files.deleteIfExists(pidFile));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            opened.closeAll();
            throw new IOException("interrupted while starting", e);
        } catch (IOException | RuntimeException | Error e) {
            opened.closeAll();
            throw e;
        }
    }

    /**
     * Starts a server; when this returns it answers on every port.
     *
     * @throws StartFailure with every problem of the configuration, or the first of the machine
     */
    public static LoligoServer start(ServerOptions options) throws StartFailure {
        believeNoNameForLonger();
        Loaded loaded = ConfigurationLoader.load(options.configFile(), loadOptions(options));
        Configuration configuration = loaded.configuration();
        if (configuration == null) {
            throw new StartFailure(loaded.problems().stream()
                    .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                    .map(ProblemWords::text)
                    .toList());
        }
        try {
            LoligoServer server = new LoligoServer(options, configuration, loaded.problems());
            LOG.log(
                    System.Logger.Level.INFO,
                    "Loligo " + Version.NUMBER + " is ready on "
                            + server.listeners.addresses().stream()
                                    .map(AddressText::of)
                                    .collect(Collectors.joining(", ")));
            return server;
        } catch (IOException e) {
            throw new StartFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Explains what the server would do with a request, and why. Nothing is fetched, stored or counted.
     *
     * @param at the time of the request, as {@link ExplainTime} reads it; null for now
     */
    public Explanation explain(ExplainRequest question, @Nullable String at) throws ExplainRequest.Unexplainable {
        return Explainer.request(question, live.current(), store::lookup, ExplainTime.parse(at, CLOCK.instant()));
    }

    /** Explains what the server would do with an origin's answer to a request for which no response is stored. */
    public Explanation explain(ExplainRequest question, Explainer.GivenAnswer answer)
            throws ExplainRequest.Unexplainable {
        return Explainer.exchange(
                question, live.current(), answer, answer.times().responseTime());
    }

    /** The addresses of the http_ports. */
    public List<InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** The counters. */
    public Metrics metrics() {
        return metrics;
    }

    /** Returns when the server has stopped, whoever stopped it. */
    public void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    /**
     * Stops the server. It accepts no more connections, gives the requests under way shutdown_lifetime to finish, and then
     * closes everything. A second call while the first one waits cuts that wait short. Both calls return when everything
     * is closed.
     */
    public void stop() {
        if (!beginsStop()) {
            hurried = true;
            awaitQuietly();
            return;
        }
        LOG.log(System.Logger.Level.INFO, "Stopping");
        flow.drain();
        listeners.stopAccepting();
        awaitIdle(live.current().configuration().timeouts().shutdownLifetime());
        opened.closeAll();
        stopped.countDown();
    }

    /** Whether this call is the first to stop the server. Waits for a reload under way. */
    private synchronized boolean beginsStop() {
        boolean first = !stopping;
        stopping = true;
        return first;
    }

    /** Reads the configuration again. A bad one changes nothing; a good one is in force when this returns. */
    public synchronized ReloadResult reload() {
        if (stopping) {
            return new ReloadResult(false, List.of("the server is stopping"));
        }
        Loaded loaded = ConfigurationLoader.load(options.configFile(), loadOptions(options));
        List<String> problems = new ArrayList<>(
                loaded.problems().stream().map(ProblemWords::text).toList());
        loaded.problems().forEach(problem -> ProblemWords.log("reload: ", problem));
        Configuration next = loaded.configuration();
        if (next == null) {
            LOG.log(System.Logger.Level.ERROR, "reload: the old configuration stays in force");
            return new ReloadResult(false, problems);
        }
        Rules before = live.current();
        try {
            listeners.openFor(next);
            accessLog.reconfigure(next.logs(), next.limits().logQueueMaxSize());
        } catch (IOException e) {
            problems.add(String.valueOf(e.getMessage()));
            listeners.closeOthers(before.configuration());
            LOG.log(System.Logger.Level.ERROR, "reload: " + e.getMessage() + "; the old configuration stays in force");
            return new ReloadResult(false, problems);
        }
        if (!StoreSettings.options(next).equals(StoreSettings.options(before.configuration()))) {
            String later =
                    "sizes, directories and replacement policy of the store, and the fields by whose tags pages are"
                            + " purged, change with the next start, not with a reload";
            problems.add(later);
            LOG.log(System.Logger.Level.WARNING, "reload: " + later);
        }
        origin.reconfigure(OriginSettings.from(next));
        try {
            List<Peer> peers = origin.renew(before.selection().peers(), next.peers(), FIRST_RESOLUTION_WAIT);
            live.replace(Rules.of(next, peers, Version.NUMBER));
            if (!next.headerFields().equals(before.configuration().headerFields())) {
                StoreSettings.tellFields(store, next.headerFields());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            listeners.closeOthers(before.configuration());
            problems.add("interrupted while peer names were looked up");
            return new ReloadResult(false, problems);
        }
        listeners.accept(next);
        listeners.closeOthers(next);
        LOG.log(System.Logger.Level.INFO, "reload: the new configuration is in force");
        return new ReloadResult(true, problems);
    }

    /** Renames the log files and starts new ones. Squid's rotate. */
    public void rotateLogs() {
        accessLog.rotate();
        cacheLog.rotate(live.current().configuration().logs().rotate());
    }

    /** Ends the I/O threads. This must come before the store and the buffers, which they use, are closed. */
    private static void end(XnioWorker worker) throws InterruptedException {
        worker.shutdownNow();
        if (!worker.awaitTermination(WORKER_END.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.log(System.Logger.Level.WARNING, "the I/O threads did not end within " + WORKER_END);
        }
    }

    private void awaitIdle(Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        while (active.sum() > 0 && !hurried && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(DRAIN_CHECK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void awaitQuietly() {
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void writePid(Path file) throws IOException {
        try {
            Files.writeString(file, ProcessHandle.current().pid() + "\n");
        } catch (IOException e) {
            throw new IOException(
                    "pid_filename " + file
                            + " cannot be written: expected a writable directory, or `pid_filename none`",
                    e);
        }
    }

    /**
     * The JVM would keep addresses for 30 s and failures for 10 s, beside positive_dns_ttl and negative_dns_ttl. Holds when
     * it is said before the first name is resolved.
     */
    private static void believeNoNameForLonger() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    private static LoadOptions loadOptions(ServerOptions options) {
        return LoadOptions.DEFAULT.withStrict(options.strict());
    }

    private final class View implements ServerView {
        @Override
        public String version() {
            return Version.NUMBER;
        }

        @Override
        public String visibleHostname() {
            return live.current().configuration().identity().visibleHostname();
        }

        @Override
        public Instant startTime() {
            return startTime;
        }

        @Override
        public StoreStats store() {
            return store.stats();
        }

        @Override
        public List<PeerState> peers() {
            return PeerStates.of(live.current().selection().peers());
        }

        @Override
        public int clientConnections() {
            return listeners.connections();
        }
    }
}
