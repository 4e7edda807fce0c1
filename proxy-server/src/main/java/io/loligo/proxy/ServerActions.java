package io.loligo.proxy;

import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import io.loligo.cache.store.ResponseStore;
import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.admin.AdminActions;
import io.loligo.proxy.admin.ExplainOrder;
import io.loligo.proxy.admin.Metrics;
import io.loligo.proxy.admin.ProcessMemory;
import io.loligo.proxy.admin.ReloadResult;
import io.loligo.proxy.admin.ServerStats;
import io.loligo.proxy.admin.ServerStatus;
import io.loligo.proxy.admin.ServerView;
import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.exchange.LiveConfiguration;
import io.loligo.proxy.explain.ExplainRequest;
import io.loligo.proxy.log.AccessLog;
import io.loligo.proxy.log.AddressText;
import io.loligo.proxy.log.CacheLog;
import io.loligo.proxy.log.PurgeWords;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out the requests of the admin listener on a running server. Any thread may call it. */
final class ServerActions implements AdminActions {
    private static final System.Logger LOG = System.getLogger(ServerActions.class.getName());

    private final LoligoServer server;
    private final ServerView view;
    private final Path configFile;
    private final LiveConfiguration live;
    private final ResponseStore store;
    private final AccessLog accessLog;
    private final CacheLog cacheLog;
    private final InstantSource clock;

    ServerActions(
            LoligoServer server,
            ServerView view,
            Path configFile,
            LiveConfiguration live,
            ResponseStore store,
            AccessLog accessLog,
            CacheLog cacheLog,
            InstantSource clock) {
        this.server = server;
        this.view = view;
        this.configFile = configFile;
        this.live = live;
        this.store = store;
        this.accessLog = accessLog;
        this.cacheLog = cacheLog;
        this.clock = clock;
    }

    @Override
    public ServerStatus status() {
        Configuration configuration = live.current().configuration();
        List<String> warnings = new ArrayList<>();
        if (configuration.httpAccessAssumed()) {
            warnings.add("the configuration has no http_access line: the sites of its peers are open to everybody");
        }
        StoreStats state = store.stats();
        if (state.recovering() > 0) {
            warnings.add(state.recovering() + " shards of the store are being recovered");
        }
        if (state.degraded() > 0) {
            warnings.add(state.degraded() + " shards of the store are out of use");
        }
        state.ongoing().forEach(fault -> warnings.add("the store: " + fault.text()));
        return new ServerStatus(
                view.version(),
                view.visibleHostname(),
                ProcessHandle.current().pid(),
                view.startTime(),
                configFile.toString(),
                server.addresses().stream().map(AddressText::of).toList(),
                view.peers(),
                warnings);
    }

    @Override
    public ServerStats stats() {
        long now = clock.millis();
        Metrics metrics = server.metrics();
        return new ServerStats(
                metrics.now(now),
                metrics.ago(now, 5),
                store.stats(),
                ProcessMemory.now(),
                view.clientConnections(),
                accessLog.dropped(),
                accessLog.faults() + cacheLog.faults());
    }

    @Override
    public PurgeReceipt purge(PurgeOrder order) throws PurgeRefused {
        PurgeReceipt receipt = store.purge(order);
        for (PurgeTarget.Url spelling : otherSpellings(order.target())) {
            PurgeReceipt other = store.purge(new PurgeOrder(spelling, order.soft()));
            receipt = new PurgeReceipt(
                    receipt.id(),
                    receipt.order(),
                    receipt.time(),
                    receipt.objects() + other.objects(),
                    receipt.bytes() + other.bytes(),
                    receipt.done() && other.done());
        }
        LOG.log(System.Logger.Level.INFO, PurgeWords.ordered(receipt));
        return receipt;
    }

    @Override
    public PurgePreview preview(PurgeTarget target, int sampleMax) throws PurgeRefused {
        PurgePreview preview = store.preview(target, sampleMax);
        for (PurgeTarget.Url spelling : otherSpellings(target)) {
            int sampleLeft = sampleMax - preview.sample().size();
            preview = preview.and(store.preview(spelling, sampleLeft));
        }
        return preview;
    }

    /** The other URLs that name the page of {@code target}, by ports of this server; none where it is not about one URL. */
    private List<PurgeTarget.Url> otherSpellings(PurgeTarget target) {
        if (!(target instanceof PurgeTarget.Url url)) {
            return List.of();
        }
        return live.current().configuration().sitePorts().spellings(url.uri()).stream()
                .skip(1)
                .map(PurgeTarget.Url::new)
                .toList();
    }

    @Override
    public @Nullable PurgeReceipt receipt(long id) {
        return store.receipt(id);
    }

    @Override
    public List<PurgeReceipt> receipts() {
        return store.receipts();
    }

    @Override
    public Map<String, Object> explain(ExplainOrder order) throws ExplainOrder.Refused {
        try {
            return server.explain(
                            ExplainRequest.of(
                                    order.method(),
                                    order.url(),
                                    order.fields(),
                                    order.port(),
                                    OfflineExplanation.address(order.client())),
                            order.at())
                    .toJson();
        } catch (ExplainRequest.Unexplainable e) {
            throw new ExplainOrder.Refused(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void stop() {
        new Thread(server::stop, "loligo-stop").start();
    }

    @Override
    public ReloadResult reload() {
        return server.reload();
    }
}
