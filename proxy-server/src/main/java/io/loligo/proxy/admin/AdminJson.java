package io.loligo.proxy.admin;

import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.admin.Metrics.Snapshot;
import io.loligo.proxy.admin.Metrics.TimeClass;
import io.loligo.proxy.admin.PurgeRequest.Wanted;
import io.loligo.proxy.log.PurgeWords;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON of the admin listener, key for key: what a key is called here is what scripts rely on. */
final class AdminJson {
    private AdminJson() {}

    static Map<String, Object> status(ServerStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", status.version());
        json.put("visible_hostname", status.visibleHostname());
        json.put("pid", status.pid());
        json.put("start_time", status.startTime().toString());
        json.put(
                "uptime_seconds",
                Duration.between(status.startTime(), Instant.now()).toSeconds());
        json.put("config_file", status.configFile());
        json.put("listening", status.listening());
        json.put("peers", status.peers().stream().map(AdminJson::peer).toList());
        json.put("warnings", status.warnings());
        return json;
    }

    private static Map<String, Object> peer(PeerState peer) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", peer.name());
        json.put("host", peer.host());
        json.put("port", peer.port());
        json.put("flags", peer.flags());
        json.put("addresses", peer.addresses());
        json.put("up", peer.up());
        json.put("fetches", peer.fetches());
        json.put("open_connections", peer.openConnections());
        json.put("average_millis", peer.averageMillis());
        return json;
    }

    static Map<String, Object> stats(ServerStats stats) {
        Snapshot now = stats.now();
        Snapshot five = stats.fiveMinutesAgo();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("requests", now.requests());
        json.put("hits", now.hits());
        json.put("errors", now.errors());
        json.put("denied", now.denied());
        json.put("aborted", now.aborted());
        json.put("bytes_in", now.bytesIn());
        json.put("bytes_out", now.bytesOut());
        json.put("hit_bytes_out", now.hitBytesOut());
        json.put("origin_requests", now.originRequests());
        json.put("origin_errors", now.originErrors());
        json.put("origin_bytes_in", now.originBytesIn());
        json.put("origin_bytes_out", now.originBytesOut());
        json.put("requests_5min", now.requests() - five.requests());
        json.put("hit_percent_5min", now.hitPercentSince(five));
        json.put("byte_hit_percent_5min", now.byteHitPercentSince(five));
        json.put("median_seconds_5min", now.serviceSecondsSince(five, TimeClass.ALL, 50));
        json.put("client_connections", stats.clientConnections());
        json.put("access_log_dropped", stats.accessLogDropped());
        json.put("log_faults", stats.logFaults());
        json.put("store", store(stats.store()));
        json.put("memory", memory(stats.memory()));
        return json;
    }

    private static Map<String, Object> memory(ProcessMemory memory) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("resident_bytes", memory.resident());
        json.put("heap_used_bytes", memory.heapUsed());
        json.put("heap_max_bytes", memory.heapMax());
        json.put("direct_buffer_bytes", memory.directBuffers());
        return json;
    }

    private static Map<String, Object> store(StoreStats store) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("objects", store.objects());
        json.put("bytes", store.bytes());
        json.put("capacity_bytes", store.capacityBytes());
        json.put("payload_bytes", store.places().payload());
        json.put("head_bytes", store.places().heads());
        json.put("index_bytes", store.places().index());
        json.put("fragmentation_bytes", store.places().fragmentation());
        json.put("mapped_bytes", store.places().mapped());
        json.put("persistent", store.persistent());
        json.put("evictions", store.evictions());
        json.put("refusals", store.refusals());
        json.put("faults", store.faults());
        json.put("recovering_shards", store.recovering());
        return json;
    }

    static Map<String, Object> receipt(PurgeReceipt receipt) {
        PurgeWords words = PurgeWords.of(receipt.order().target());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", receipt.id());
        json.put("kind", words.kind());
        json.put("target", words.text());
        json.put("soft", receipt.order().soft());
        json.put("time", receipt.time().toString());
        json.put("objects", receipt.objects());
        json.put("bytes", receipt.bytes());
        json.put("done", receipt.done());
        return json;
    }

    /** The receipt of {@code wanted}, with the URL as it was given. */
    static Map<String, Object> receipt(Wanted wanted, PurgeReceipt receipt) {
        Map<String, Object> json = receipt(receipt);
        if (wanted.kind().equals("url")) {
            json.put("url", wanted.text());
        }
        return json;
    }

    static Map<String, Object> preview(Wanted wanted, PurgePreview preview) {
        Map<String, Object> json = asked(wanted);
        json.put("objects", preview.objects());
        json.put("bytes", preview.bytes());
        json.put("sample", preview.sample());
        return json;
    }

    /** What is said of {@code wanted} where others of the same request are purged. */
    static Map<String, Object> refused(Wanted wanted, String problem) {
        Map<String, Object> json = asked(wanted);
        json.put("objects", 0);
        json.put("bytes", 0);
        json.put("problem", problem);
        return json;
    }

    private static Map<String, Object> asked(Wanted wanted) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", wanted.kind());
        json.put("target", wanted.text());
        if (wanted.kind().equals("url")) {
            json.put("url", wanted.text());
        }
        return json;
    }

    static Map<String, Object> reload(ReloadResult result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("applied", result.applied());
        json.put("problems", result.problems());
        return json;
    }
}
