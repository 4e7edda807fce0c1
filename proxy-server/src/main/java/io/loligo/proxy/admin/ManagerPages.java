package io.loligo.proxy.admin;

import com.sun.management.UnixOperatingSystemMXBean;
import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.admin.Metrics.Snapshot;
import io.loligo.proxy.admin.Metrics.TimeClass;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Squid's cache manager pages as text/plain, in the forms that squidclient, Munin's plugins, exporters and cachemgr.cgi
 * read. Who may read them is http_access's business. Thread-safe.
 *
 * <p>Loligo has one store. It is shown as Squid's swap where it outlives the process (cache_dir), and as Squid's memory
 * where it does not; the storedir page shows it either way, since that is where monitoring looks.
 */
public final class ManagerPages {
    private static final DateTimeFormatter RFC1123 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final int SHORT_MINUTES = 5;
    private static final int LONG_MINUTES = 60;
    private static final Path PROCESS_STATUS = Path.of("/proc/self/status");
    private static final System.Logger LOG = System.getLogger(ManagerPages.class.getName());

    /** One row per page: the menu, the dispatcher and the documentation walk these. */
    private enum PageName {
        INDEX("index", "Cache Manager Interface"),
        MENU("menu", "Cache Manager Menu"),
        INFO("info", "General Runtime Information"),
        SERVICE_TIMES("service_times", "Service Times (Percentiles)"),
        COUNTERS("counters", "Traffic and Resource Counters"),
        FIVE_MINUTES("5min", "5 Minute Average of Counters"),
        SIXTY_MINUTES("60min", "60 Minute Average of Counters"),
        STOREDIR("storedir", "Store Directory Stats"),
        SERVER_LIST("server_list", "Peer Cache Statistics");

        private final String path;
        private final String description;

        PageName(String path, String description) {
            this.path = path;
            this.description = description;
        }
    }

    private final ServerView server;
    private final Metrics metrics;
    private final InstantSource clock;

    public ManagerPages(ServerView server, Metrics metrics, InstantSource clock) {
        this.server = server;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * The page named {@code page}, which may be empty (the menu); empty when there is no such page.
     *
     * @param page what follows {@code /squid-internal-mgr/} or {@code cache_object://host/}, without {@code @password}
     */
    public Optional<String> render(String page) {
        String wanted = page.isEmpty() ? PageName.MENU.path : page;
        return Arrays.stream(PageName.values())
                .filter(name -> name.path.equals(wanted))
                .findFirst()
                .map(this::render);
    }

    private String render(PageName page) {
        StringBuilder text = new StringBuilder(4096);
        switch (page) {
            case INDEX, MENU -> menu(text);
            case INFO -> info(text);
            case SERVICE_TIMES -> serviceTimes(text);
            case COUNTERS -> counters(text);
            case FIVE_MINUTES -> averages(text, SHORT_MINUTES);
            case SIXTY_MINUTES -> averages(text, LONG_MINUTES);
            case STOREDIR -> storedir(text);
            case SERVER_LIST -> serverList(text);
        }
        return text.toString();
    }

    private static void menu(StringBuilder text) {
        for (PageName page : PageName.values()) {
            line(text, " %-22s\t%-32s\tpublic", page.path, page.description);
        }
    }

    private void info(StringBuilder text) {
        Instant now = clock.instant();
        long nowMillis = now.toEpochMilli();
        Snapshot total = metrics.now(nowMillis);
        Snapshot five = metrics.ago(nowMillis, SHORT_MINUTES);
        Snapshot sixty = metrics.ago(nowMillis, LONG_MINUTES);
        StoreStats store = server.store();
        Duration up = Duration.between(server.startTime(), now);
        double upSeconds = Math.max(1, up.toMillis()) / 1000.0;
        ProcessUse use = ProcessUse.read();

        line(text, "Squid Object Cache: Version loligo-%s", server.version());
        line(text, "Build Info: Java %s", Runtime.version());
        line(text, "Service Name: loligo");
        line(text, "Start Time:\t%s", RFC1123.format(server.startTime()));
        line(text, "Current Time:\t%s", RFC1123.format(now));
        line(text, "Connection information for loligo:");
        line(text, "\tNumber of clients accessing cache:\t%d", server.clientConnections());
        line(text, "\tNumber of HTTP requests received:\t%d", total.requests());
        line(text, "\tNumber of ICP messages received:\t0");
        line(text, "\tNumber of ICP messages sent:\t0");
        line(text, "\tNumber of queued ICP replies:\t0");
        line(text, "\tNumber of HTCP messages received:\t0");
        line(text, "\tNumber of HTCP messages sent:\t0");
        line(
                text,
                "\tRequest failure ratio:\t%5.2f",
                total.requests() == 0 ? 0.0 : (double) total.errors() / total.requests());
        line(text, "\tAverage HTTP requests per minute since start:\t%.1f", total.requests() * 60 / upSeconds);
        line(text, "\tAverage ICP messages per minute since start:\t0.0");
        line(text, "Cache information for loligo:");
        line(
                text,
                "\tHits as %% of all requests:\t5min: %3.1f%%, 60min: %3.1f%%",
                total.hitPercentSince(five),
                total.hitPercentSince(sixty));
        line(
                text,
                "\tHits as %% of bytes sent:\t5min: %3.1f%%, 60min: %3.1f%%",
                total.byteHitPercentSince(five),
                total.byteHitPercentSince(sixty));
        line(
                text,
                "\tMemory hits as %% of hit requests:\t5min: %3.1f%%, 60min: %3.1f%%",
                total.memoryHitPercentSince(five),
                total.memoryHitPercentSince(sixty));
        line(
                text,
                "\tDisk hits as %% of hit requests:\t5min: %3.1f%%, 60min: %3.1f%%",
                diskHits(total, five),
                diskHits(total, sixty));
        storage(text, "Swap", store, store.persistent());
        storage(text, "Mem", store, !store.persistent());
        line(text, "\tMean Object Size:\t%.2f KB", meanKilobytes(store));
        line(text, "\tRequests given to unlinkd:\t0");
        line(text, "Median Service Times (seconds)  5 min    60 min:");
        for (TimeClass kind : TimeClass.values()) {
            line(
                    text,
                    "\t%-20s  %8.5f %8.5f",
                    kind.title() + ":",
                    total.serviceSecondsSince(five, kind, 50),
                    total.serviceSecondsSince(sixty, kind, 50));
        }
        line(text, "\t%-20s  %8.5f %8.5f", "DNS Lookups:", 0.0, 0.0);
        line(text, "\t%-20s  %8.5f %8.5f", "ICP Queries:", 0.0, 0.0);
        line(text, "Resource usage for loligo:");
        line(text, "\tUP Time:\t%.3f seconds", upSeconds);
        line(text, "\tCPU Time:\t%.3f seconds", use.cpuSeconds());
        line(text, "\tCPU Usage:\t%.2f%%", 100 * use.cpuSeconds() / upSeconds);
        line(text, "\tMaximum Resident Size: %d KB", use.residentPeakKilobytes());
        line(text, "\tPage faults with physical i/o: 0");
        line(text, "Memory accounted for:");
        line(text, "\tTotal accounted:       %6d KB", use.heapKilobytes());
        line(text, "File descriptor usage for loligo:");
        line(text, "\tMaximum number of file descriptors:   %d", use.filesLimit());
        line(text, "\tLargest file desc currently in use:   %d", use.filesOpen());
        line(text, "\tNumber of file desc currently in use: %4d", use.filesOpen());
        line(text, "\tFiles queued for open:                %4d", 0);
        line(text, "\tAvailable number of file descriptors: %4d", use.filesLimit() - use.filesOpen());
        line(text, "\tReserved number of file descriptors:  %4d", 0);
        line(text, "\tStore Disk files open:                %4d", 0);
        line(text, "Internal Data Structures:");
        line(text, "\t%6d StoreEntries", store.objects());
        line(text, "\t%6d StoreEntries with MemObjects", store.persistent() ? 0 : store.objects());
        line(text, "\t%6d Hot Object Cache Items", store.persistent() ? 0 : store.objects());
        line(text, "\t%6d on-disk objects", store.persistent() ? store.objects() : 0);
    }

    private static double diskHits(Snapshot total, Snapshot earlier) {
        return total.hits() == earlier.hits() ? 0 : 100 - total.memoryHitPercentSince(earlier);
    }

    private static void storage(StringBuilder text, String kind, StoreStats store, boolean here) {
        double used = here ? Snapshot.percent(store.bytes(), store.capacityBytes()) : 0;
        line(text, "\tStorage %s size:\t%d KB", kind, here ? kilobytes(store.bytes()) : 0);
        line(text, "\tStorage %s capacity:\t%4.1f%% used, %4.1f%% free", kind, used, here ? 100 - used : 0.0);
    }

    private static double meanKilobytes(StoreStats store) {
        return store.objects() == 0 ? 0 : store.bytes() / 1024.0 / store.objects();
    }

    private void serviceTimes(StringBuilder text) {
        long now = clock.millis();
        Snapshot total = metrics.now(now);
        Snapshot five = metrics.ago(now, SHORT_MINUTES);
        Snapshot sixty = metrics.ago(now, LONG_MINUTES);
        line(text, "Service Time Percentiles            5 min    60 min:");
        for (TimeClass kind : TimeClass.values()) {
            for (int percent = 5; percent <= 95; percent += 5) {
                line(
                        text,
                        "\t%-20s %3d%%  %8.5f %8.5f",
                        kind.title() + ":",
                        percent,
                        total.serviceSecondsSince(five, kind, percent),
                        total.serviceSecondsSince(sixty, kind, percent));
            }
        }
        for (String other : List.of("DNS Lookups:", "ICP Queries:")) {
            for (int percent = 5; percent <= 95; percent += 5) {
                line(text, "\t%-20s %3d%%  %8.5f %8.5f", other, percent, 0.0, 0.0);
            }
        }
    }

    private void counters(StringBuilder text) {
        Instant now = clock.instant();
        Snapshot total = metrics.now(now.toEpochMilli());
        ProcessUse use = ProcessUse.read();
        line(text, "sample_time = %d.%06d (%s)", now.getEpochSecond(), now.getNano() / 1000, RFC1123.format(now));
        count(text, "client_http.requests", total.requests());
        count(text, "client_http.hits", total.hits());
        count(text, "client_http.errors", total.errors());
        count(text, "client_http.kbytes_in", kilobytes(total.bytesIn()));
        count(text, "client_http.kbytes_out", kilobytes(total.bytesOut()));
        count(text, "client_http.hit_kbytes_out", kilobytes(total.hitBytesOut()));
        for (String protocol : List.of("all", "http", "ftp", "other")) {
            boolean counted = protocol.equals("all") || protocol.equals("http");
            count(text, "server." + protocol + ".requests", counted ? total.originRequests() : 0);
            count(text, "server." + protocol + ".errors", counted ? total.originErrors() : 0);
            count(text, "server." + protocol + ".kbytes_in", counted ? kilobytes(total.originBytesIn()) : 0);
            count(text, "server." + protocol + ".kbytes_out", counted ? kilobytes(total.originBytesOut()) : 0);
        }
        for (String name : List.of(
                "icp.pkts_sent",
                "icp.pkts_recv",
                "icp.queries_sent",
                "icp.replies_sent",
                "icp.queries_recv",
                "icp.replies_recv",
                "icp.query_timeouts",
                "icp.replies_queued",
                "icp.kbytes_sent",
                "icp.kbytes_recv",
                "icp.q_kbytes_sent",
                "icp.r_kbytes_sent",
                "icp.q_kbytes_recv",
                "icp.r_kbytes_recv",
                "icp.times_used",
                "cd.times_used",
                "cd.msgs_sent",
                "cd.msgs_recv",
                "cd.memory",
                "cd.local_memory",
                "cd.kbytes_sent",
                "cd.kbytes_recv",
                "unlink.requests",
                "page_faults",
                "select_loops")) {
            count(text, name, 0);
        }
        line(text, "cpu_time = %.6f", use.cpuSeconds());
        line(text, "wall_time = %.6f", Duration.between(server.startTime(), now).toMillis() / 1000.0);
        count(text, "swap.outs", 0);
        count(text, "swap.ins", 0);
        count(text, "swap.files_cleaned", 0);
        count(text, "aborted_requests", total.aborted());
    }

    private void averages(StringBuilder text, int minutes) {
        long now = clock.millis();
        Snapshot later = metrics.now(now);
        Snapshot earlier = metrics.ago(now, minutes);
        sampleTime(text, "sample_start_time", earlier);
        sampleTime(text, "sample_end_time", later);
        rate(text, "client_http.requests", earlier, later, Snapshot::requests);
        rate(text, "client_http.hits", earlier, later, Snapshot::hits);
        rate(text, "client_http.errors", earlier, later, Snapshot::errors);
        rate(text, "client_http.kbytes_in", earlier, later, each -> each.bytesIn() / 1024.0);
        rate(text, "client_http.kbytes_out", earlier, later, each -> each.bytesOut() / 1024.0);
        median(text, "all", earlier, later, TimeClass.ALL);
        median(text, "miss", earlier, later, TimeClass.MISS);
        median(text, "nm", earlier, later, TimeClass.NOT_MODIFIED);
        median(text, "nh", earlier, later, TimeClass.NEAR_HIT);
        median(text, "hit", earlier, later, TimeClass.HIT);
        for (String protocol : List.of("all", "http")) {
            String server = "server." + protocol;
            rate(text, server + ".requests", earlier, later, Snapshot::originRequests);
            rate(text, server + ".errors", earlier, later, Snapshot::originErrors);
            rate(text, server + ".kbytes_in", earlier, later, each -> each.originBytesIn() / 1024.0);
            rate(text, server + ".kbytes_out", earlier, later, each -> each.originBytesOut() / 1024.0);
        }
        rate(text, "aborted_requests", earlier, later, Snapshot::aborted);
    }

    private static void sampleTime(StringBuilder text, String name, Snapshot at) {
        Instant instant = Instant.ofEpochMilli(at.atMillis());
        line(
                text,
                "%s = %d.%06d (%s)",
                name,
                instant.getEpochSecond(),
                instant.getNano() / 1000,
                RFC1123.format(instant));
    }

    private static void median(StringBuilder text, String name, Snapshot earlier, Snapshot later, TimeClass kind) {
        double seconds = later.serviceSecondsSince(earlier, kind, 50);
        line(text, "client_http.%s_median_svc_time = %.6f seconds", name, seconds);
    }

    private static void rate(
            StringBuilder text, String name, Snapshot earlier, Snapshot later, ToDoubleFunction<Snapshot> number) {
        double difference = number.applyAsDouble(later) - number.applyAsDouble(earlier);
        line(text, "%s = %.6f/sec", name, difference / later.secondsSince(earlier));
    }

    private void storedir(StringBuilder text) {
        StoreStats store = server.store();
        double used = Snapshot.percent(store.bytes(), store.capacityBytes());
        line(text, "Store Directory Statistics:");
        line(text, "Store Entries          : %d", store.objects());
        line(text, "Maximum Swap Size      : %d KB", kilobytes(store.capacityBytes()));
        line(text, "Current Store Swap Size: %.2f KB", store.bytes() / 1024.0);
        line(text, "Current Capacity       : %.2f%% used, %.2f%% free", used, 100 - used);
        line(text, "");
        line(text, "Store Directory #0 (chronicle): %s", store.persistent() ? "cache_dir" : "memory only");
        line(text, "Maximum Size: %d KB", kilobytes(store.capacityBytes()));
        line(text, "Current Size: %.2f KB", store.bytes() / 1024.0);
        line(text, "Percent Used: %.2f%%", used);
        line(text, "Current entries: %9d", store.objects());
        line(text, "Evictions: %d", store.evictions());
        line(text, "Faults: %d", store.faults());
        line(text, "Recovering shards: %d", store.recovering());
        line(text, "Degraded shards: %d", store.degraded());
        store.ongoing().forEach(fault -> line(text, "Fault: %s", fault.text()));
    }

    private void serverList(StringBuilder text) {
        for (PeerState peer : server.peers()) {
            line(text, "");
            line(text, "Parent     : %s", peer.name());
            line(text, "Host       : %s/%d/0", peer.host(), peer.port());
            line(text, "Flags      : %s", String.join(" ", peer.flags()));
            for (int i = 0; i < peer.addresses().size(); i++) {
                line(text, "Address[%d] : %s", i, peer.addresses().get(i));
            }
            line(text, "Status     : %s", peer.up() ? "Up" : "Down");
            line(text, "FETCHES    : %d", peer.fetches());
            line(text, "OPEN CONNS : %d", peer.openConnections());
            line(text, "AVG RTT    : %d msec", peer.averageMillis());
            line(text, "IGNORED    : %8d %3d%%", 0, 0);
            line(text, "keep-alive ratio: %d%%", peer.keepAlivePercent());
        }
    }

    private static void count(StringBuilder text, String name, long number) {
        line(text, "%s = %d", name, number);
    }

    private static long kilobytes(long bytes) {
        return bytes / 1024;
    }

    private static void line(StringBuilder text, String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    /** What the process takes of the machine. */
    private record ProcessUse(
            double cpuSeconds, long residentPeakKilobytes, long heapKilobytes, long filesOpen, long filesLimit) {

        static ProcessUse read() {
            Runtime runtime = Runtime.getRuntime();
            long heap = kilobytes(runtime.totalMemory() - runtime.freeMemory());
            if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
                return new ProcessUse(
                        unix.getProcessCpuTime() / 1e9,
                        residentPeak(),
                        heap,
                        unix.getOpenFileDescriptorCount(),
                        unix.getMaxFileDescriptorCount());
            }
            return new ProcessUse(0, residentPeak(), heap, 0, 0);
        }

        /** Linux's VmHWM; 0 where there is no such file. */
        private static long residentPeak() {
            if (!Files.isReadable(PROCESS_STATUS)) {
                return 0;
            }
            try {
                return Files.readAllLines(PROCESS_STATUS, StandardCharsets.ISO_8859_1).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .map(line -> line.replaceAll("\\D", ""))
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElse(0);
            } catch (IOException unreadable) {
                LOG.log(System.Logger.Level.DEBUG, "no resident size", unreadable);
                return 0;
            }
        }
    }
}
