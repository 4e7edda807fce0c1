package io.loligo.proxy.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.cache.store.PurgePreview;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.StoreFault;
import io.loligo.cache.store.StoreStats;
import io.loligo.proxy.admin.Metrics.Snapshot;
import io.loligo.proxy.admin.Metrics.TimeClass;
import io.loligo.proxy.admin.PurgeRequest.Wanted;
import io.loligo.proxy.log.PurgeWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes the JSON of the admin listener. Scripts rely on the names of the keys. */
final class AdminJson {
    /** Arrays and objects within one another in a request; more is not JSON to us. */
    private static final int NESTING_LIMIT = 8;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_LIMIT)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private AdminJson() {}

    /** Maps, lists, texts, numbers and booleans as indented JSON in UTF-8. */
    static byte[] bytes(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException("not to be written as JSON: " + value, bug);
        }
    }

    /** The value of {@code body}; null when it is empty. */
    static @Nullable JsonNode parse(byte[] body) throws JsonProcessingException {
        try {
            return MAPPER.readTree(body);
        } catch (JsonProcessingException malformed) {
            throw malformed;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** The texts of an array of texts; null when it is none. */
    static @Nullable List<String> strings(@Nullable JsonNode node) {
        if (node == null || !node.isArray()) {
            return null;
        }
        List<String> texts = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            if (!element.isTextual()) {
                return null;
            }
            texts.add(element.textValue());
        }
        return texts;
    }

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
        json.put("degraded_shards", store.degraded());
        json.put(
                "ongoing_faults", store.ongoing().stream().map(AdminJson::fault).toList());
        return json;
    }

    private static Map<String, Object> fault(StoreFault fault) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("what", fault.what());
        json.put("since", fault.since().toString());
        json.put("operations", fault.operations());
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
