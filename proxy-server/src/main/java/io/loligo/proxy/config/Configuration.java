package io.loligo.proxy.config;

import io.loligo.cache.freshness.FreshnessRules;
import io.loligo.cache.http.CacheControlTargets;
import io.loligo.cache.http.TagFields;
import io.loligo.cache.store.ReplacementPolicy;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.AccessRules;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a squid.conf says, as values. Immutable; replaced whole on reload.
 *
 * @param ports http_port lines in file order; at least one
 * @param peers cache_peer lines in file order
 * @param clientAddresses whose word is taken for who a client is
 * @param httpAccess http_access with its default: decision 1 when an accelerator has no http_access line at all
 * @param httpAccessAssumed whether {@code httpAccess} was made up for want of a line, and must be said loudly
 * @param purgeMethodEnabled whether any acl of type method names PURGE
 * @param managerNamed whether any http_access rule names an acl that is about the manager
 * @param cache the cache access list: deny means neither look up nor store
 * @param rangeOffsetLimits range_offset_limit lines
 * @param caching how fresh answers are, and which are stored and served from the store
 * @param identity names of this server
 * @param store what is kept and where
 * @param timeouts how long to wait
 * @param dns how long names and addresses of peers are believed
 * @param limits how much to take
 * @param forwarding how requests go to peers
 * @param headerFields fields that speak to this cache, and such as must not speak to origins
 * @param logs access_log, cache_log
 * @param process pid file and life of the process
 * @param admin the admin listener
 */
public record Configuration(
        List<PortConfig> ports,
        List<PeerConfig> peers,
        ClientAddresses clientAddresses,
        AccessList httpAccess,
        boolean httpAccessAssumed,
        boolean purgeMethodEnabled,
        boolean managerNamed,
        AccessList cache,
        RangeOffsetLimits rangeOffsetLimits,
        Caching caching,
        Identity identity,
        StoreConfig store,
        Timeouts timeouts,
        Dns dns,
        Limits limits,
        Forwarding forwarding,
        HeaderFields headerFields,
        Logs logs,
        ServerProcess process,
        Admin admin) {

    /** What a request must pass before anything else: {@code httpAccess} with the manager's and PURGE's own rules. */
    public AccessRules accessRules() {
        return new AccessRules(
                httpAccess, managerNamed, purgeMethodEnabled, clientAddresses.followXForwardedFor() != null);
    }

    /** The ports by which URLs name the pages of this server's sites. */
    public SitePorts sitePorts() {
        return new SitePorts(ports);
    }

    /**
     * Names of this server.
     *
     * @param visibleHostname visible_hostname, else the host's name: in Via, X-Cache, error pages
     * @param uniqueHostname unique_hostname, else visible_hostname: Via loop detection, Cache-Status
     * @param suppressVersion httpd_suppress_version_string
     * @param cacheManagerAddress cache_mgr, the mail address in error pages
     */
    public record Identity(
            String visibleHostname, String uniqueHostname, boolean suppressVersion, String cacheManagerAddress) {}

    /**
     * How fresh answers are, and which are stored and served from the store.
     *
     * @param freshness refresh_pattern, max_stale, negative_ttl, vary_ignore_expire and offline_mode; refresh_all_ims and
     *     reload_into_ims are options of every refresh_pattern in it
     * @param minimumExpiryTime minimum_expiry_time
     * @param cacheMissRevalidate cache_miss_revalidate: whether a client's conditions go along on a miss
     * @param sendHit send_hit: which stored answers may be served; it looks at them too
     * @param storeMiss store_miss: which answers may be stored; it looks at them too
     * @param sendStoredSetCookie send_stored_set_cookie: which stored answers are sent with their Set-Cookie fields; it
     *     looks at them too. Denies where there is no line. A refresh_pattern line may allow it as well
     * @param collapsedForwardingAccess collapsed_forwarding_access: which requests may share a fetch
     */
    public record Caching(
            FreshnessRules freshness,
            Duration minimumExpiryTime,
            boolean cacheMissRevalidate,
            AccessList sendHit,
            AccessList storeMiss,
            AccessList sendStoredSetCookie,
            AccessList collapsedForwardingAccess) {
        public static final Caching DEFAULT = new Caching(
                FreshnessRules.DEFAULT,
                Duration.ofSeconds(60),
                true,
                AccessList.empty("send_hit", true),
                AccessList.empty("store_miss", true),
                AccessList.empty("send_stored_set_cookie", false),
                AccessList.empty("collapsed_forwarding_access", true));
    }

    /**
     * What is kept and where. Sizes in bytes.
     *
     * @param memoryBytes cache_mem
     * @param directories cache_dir lines
     * @param maximumObjectBytes maximum_object_size
     * @param maximumObjectInMemoryBytes maximum_object_size_in_memory: the limit where there is no cache_dir
     * @param minimumObjectBytes minimum_object_size
     * @param collapsedForwarding collapsed_forwarding; on by default (decision 5)
     * @param replacementPolicy cache_replacement_policy with a cache_dir, memory_replacement_policy without
     */
    public record StoreConfig(
            long memoryBytes,
            List<CacheDirectory> directories,
            long maximumObjectBytes,
            long maximumObjectInMemoryBytes,
            long minimumObjectBytes,
            boolean collapsedForwarding,
            ReplacementPolicy replacementPolicy) {
        public static final StoreConfig DEFAULT =
                new StoreConfig(256L << 20, List.of(), 4L << 20, 512L << 10, 0, true, ReplacementPolicy.HIT_DENSITY);

        /** Whether there is nothing to store into: every request is passed on. */
        public boolean keepsNothing() {
            return memoryBytes == 0 && directories.isEmpty();
        }
    }

    /**
     * One cache_dir line.
     *
     * @param path the directory; ours is a sub-directory of it
     * @param bytes its limit
     * @param where the line, for messages
     */
    public record CacheDirectory(Path path, long bytes, SourceLocation where) {}

    /** How long to wait, each named as its directive. */
    public record Timeouts(
            Duration peerConnectTimeout,
            Duration forwardTimeout,
            Duration readTimeout,
            Duration writeTimeout,
            Duration requestTimeout,
            Duration requestStartTimeout,
            Duration clientIdlePconnTimeout,
            Duration serverIdlePconnTimeout,
            Duration clientLifetime,
            Duration shutdownLifetime) {
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(30),
                Duration.ofMinutes(4),
                Duration.ofMinutes(15),
                Duration.ofMinutes(15),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(2),
                Duration.ofMinutes(1),
                Duration.ofDays(1),
                Duration.ofSeconds(30));
    }

    /**
     * How long what the resolver says of a peer's name is believed.
     *
     * @param positiveTtl positive_dns_ttl: how long addresses are used before the name is looked up again; more than 0
     * @param negativeTtl negative_dns_ttl: how long a name that does not resolve is left alone; at least 1 second, and
     *     not more than {@code positiveTtl}
     * @param hosts hosts_file: addresses by name in lower case, which no resolver is asked for
     */
    public record Dns(Duration positiveTtl, Duration negativeTtl, Map<String, List<InetAddress>> hosts) {
        public static final Dns DEFAULT = new Dns(Duration.ofHours(6), Duration.ofMinutes(1));

        public Dns {
            hosts = Map.copyOf(hosts);
        }

        /** Without a hosts_file. */
        public Dns(Duration positiveTtl, Duration negativeTtl) {
            this(positiveTtl, negativeTtl, Map.of());
        }
    }

    /**
     * How much to take, each named as its directive. Sizes are in bytes; 0 for the bodies means no limit.
     *
     * @param requestHeaderMaxSize of a request's head
     * @param replyHeaderMaxSize of an origin's head
     * @param requestBodyMaxSize of a request's body
     * @param requestBufferMaxSize client_request_buffer_max_size: of a chunked request body that is read before the request goes
     *     on, so that its length can be told; more than 0
     * @param readAheadGap how far the origin is read ahead of the slowest client where nothing is stored
     * @param quickAbort what becomes of a fetch that every client has left
     * @param clientConnections how many client connections there are at a time, and requests in them
     * @param collapsing how many requests wait for another's fetch, and how long
     * @param logQueueMaxSize log_queue_max_size: what waits to be written to all access logs, in bytes; a line that finds
     *     the queue full is dropped and counted
     */
    public record Limits(
            int requestHeaderMaxSize,
            int replyHeaderMaxSize,
            long requestBodyMaxSize,
            int requestBufferMaxSize,
            int readAheadGap,
            QuickAbort quickAbort,
            ClientConnections clientConnections,
            Collapsing collapsing,
            long logQueueMaxSize) {
        /** The least that log_queue_max_size may be: room for one line of the largest request's fields. */
        static final long LOG_QUEUE_LEAST = 256 << 10;

        public static final Limits DEFAULT = new Limits(
                64 << 10,
                64 << 10,
                0,
                512 << 10,
                64 << 10,
                QuickAbort.DEFAULT,
                ClientConnections.DEFAULT,
                Collapsing.DEFAULT,
                16 << 20);
    }

    /**
     * How many client connections there are at a time, and what is read from each.
     *
     * @param max client_max_connections: open connections of clients; -1: as many as the process may have descriptors for.
     *     One more is closed at once
     * @param maxPerAddress client_ip_max_connections: open connections from one address; -1: no limit. One more is closed
     *     at once
     * @param requestsMax client_max_requests: requests under way, over all connections; one more is answered with 503
     * @param pipelineMaxSize client_pipeline_max_size: bytes that are read of the requests behind the one that is being
     *     answered; beyond them nothing is read until it is answered
     */
    public record ClientConnections(int max, int maxPerAddress, int requestsMax, int pipelineMaxSize) {
        /** There is no limit. */
        public static final int UNLIMITED = -1;

        public static final ClientConnections DEFAULT = new ClientConnections(UNLIMITED, UNLIMITED, 100_000, 64 << 10);
    }

    /**
     * Requests that wait for the answer to another's. Squid's collapsed forwarding.
     *
     * @param waitersMax collapsed_forwarding_waiters: requests that wait for one fetch; one more fetches for itself
     * @param waitMax collapsed_forwarding_wait: how long a request waits for the head of the answer to another's fetch
     *     before it fetches for itself; more than 0
     */
    public record Collapsing(int waitersMax, Duration waitMax) {
        public static final Collapsing DEFAULT = new Collapsing(20_000, Duration.ofMinutes(1));
    }

    /**
     * When a fetch that could be stored goes on though every client has left. Squid's quick_abort_min, quick_abort_max
     * and quick_abort_pct.
     *
     * @param minBytes it goes on while less than this is missing; negative: always
     * @param maxBytes it ends while more than this is missing
     * @param percent else it goes on when more than this has come, 0 to 100
     */
    public record QuickAbort(long minBytes, long maxBytes, int percent) {
        public static final QuickAbort DEFAULT = new QuickAbort(16 << 10, 16 << 10, 95);

        /** Whether a fetch that every client has left goes on before the head of its answer has come. */
        public boolean goesOnBeforeHead() {
            return minBytes < 0;
        }

        /**
         * Whether the fetch goes on.
         *
         * @param received bytes of the body so far
         * @param length of the whole body, or -1 where it is not known: then it ends
         */
        public boolean goesOn(long received, long length) {
            if (length < 0) {
                return false;
            }
            long missing = length - received;
            if (minBytes < 0 || missing < minBytes) {
                return true;
            }
            return missing <= maxBytes && received > length * (percent / 100.0);
        }
    }

    /**
     * How requests go to peers.
     *
     * @param via via
     * @param forwardedFor forwarded_for
     * @param forwardMaxTries forward_max_tries
     * @param retryOnError retry_on_error
     * @param connectRetries connect_retries, 0 to 10
     * @param clientPersistentConnections client_persistent_connections
     * @param serverPersistentConnections server_persistent_connections
     * @param forwardedFields forwarded_proto, forwarded_host, forwarded_port
     */
    public record Forwarding(
            boolean via,
            ForwardedFor forwardedFor,
            int forwardMaxTries,
            boolean retryOnError,
            int connectRetries,
            boolean clientPersistentConnections,
            boolean serverPersistentConnections,
            ForwardedFields forwardedFields) {
        public static final Forwarding DEFAULT =
                new Forwarding(true, ForwardedFor.ON, 25, false, 0, true, true, ForwardedFields.NONE);
    }

    /**
     * Fields that tell origins which URL the client asked for. Each takes the place of the client's own; where it is off, the
     * client's goes on, unless unkeyed_request_headers names it.
     *
     * @param proto forwarded_proto: X-Forwarded-Proto, the scheme of the URL
     * @param host forwarded_host: X-Forwarded-Host, the host of the URL, with its port where that is not the scheme's own
     * @param port forwarded_port: X-Forwarded-Port, the port of the URL
     */
    public record ForwardedFields(boolean proto, boolean host, boolean port) {
        public static final ForwardedFields NONE = new ForwardedFields(false, false, false);
    }

    /**
     * Fields that speak to this cache, and such as must not speak to origins.
     *
     * @param targets cache_control_targets, httpd_accel_surrogate_id, http_accel_surrogate_remote
     * @param unkeyedInRequests unkeyed_request_headers: fields that make frameworks answer for another URL or method than
     *     the one in the key, and that therefore do not go along where the answer may be stored
     * @param tags tag_headers, tag_headers_sent
     * @param requestRules request_header_access, request_header_replace, request_header_add
     * @param replyRules reply_header_access, reply_header_replace, reply_header_add
     */
    public record HeaderFields(
            CacheControlTargets targets,
            List<String> unkeyedInRequests,
            TagHeaders tags,
            HeaderRules requestRules,
            HeaderRules replyRules) {
        public static final HeaderFields DEFAULT = new HeaderFields(
                CacheControlTargets.DEFAULT,
                List.of(
                        "X-Original-URL",
                        "X-Rewrite-URL",
                        "X-HTTP-Method-Override",
                        "X-HTTP-Method",
                        "X-Method-Override",
                        "Forwarded",
                        "X-Forwarded-Host",
                        "X-Forwarded-Proto",
                        "X-Forwarded-Scheme",
                        "X-Forwarded-Port",
                        "X-Forwarded-Server",
                        "X-Forwarded-SSL",
                        "Front-End-Https",
                        "X-Host"),
                TagHeaders.DEFAULT,
                HeaderRules.NONE,
                HeaderRules.NONE);

        /** Fields on which no rules of the operator's decide. */
        public HeaderFields(CacheControlTargets targets, List<String> unkeyedInRequests, TagHeaders tags) {
            this(targets, unkeyedInRequests, tags, HeaderRules.NONE, HeaderRules.NONE);
        }

        /** Fields that have rules of their own: lower case. */
        static final Set<String> NO_TARGETS = Set.of("cache-control", "expires", "pragma", "surrogate-control");

        private static final String SURROGATE_CONTROL = "Surrogate-Control";
        private static final String SURROGATE_KEY = "Surrogate-Key";

        /**
         * The fields of answers that do not go to clients: tags, what is said to us as a surrogate, and what
         * reply_header_access denies to all.
         */
        public List<String> hidden() {
            List<String> hidden = new ArrayList<>(tags.hidden());
            hidden.addAll(replyRules.deniedAlways());
            if (targets.surrogate() != null) {
                hidden.add(SURROGATE_CONTROL);
            }
            return List.copyOf(hidden);
        }

        /** Those of {@link #hidden} that are not for a client that is a surrogate, either. */
        public List<String> hiddenFromSurrogates() {
            List<String> denied = replyRules.deniedAlways();
            return Stream.concat(
                            tags.hidden().stream().filter(name -> !name.equalsIgnoreCase(SURROGATE_KEY)),
                            denied.stream())
                    .toList();
        }
    }

    /**
     * The fields of answers in which applications name tags, to purge by them.
     *
     * @param fields tag_headers
     * @param sent tag_headers_sent: those of them that go on to clients
     */
    public record TagHeaders(TagFields fields, List<String> sent) {
        /** Cache-Groups speaks to every cache on the way. RFC 9875 §2. */
        public static final TagHeaders DEFAULT = new TagHeaders(TagFields.DEFAULT, List.of("Cache-Groups"));

        public TagHeaders {
            sent = List.copyOf(sent);
        }

        /** Those that end here. */
        List<String> hidden() {
            return fields.names().stream()
                    .filter(name -> sent.stream().noneMatch(name::equalsIgnoreCase))
                    .toList();
        }
    }

    /** The words of forwarded_for: what becomes of X-Forwarded-For. */
    public enum ForwardedFor {
        ON,
        OFF,
        TRANSPARENT,
        TRUNCATE,
        DELETE
    }

    /**
     * What is logged, and where.
     *
     * @param accessLogs access_log lines; empty means none
     * @param cacheLog cache_log's file, or null for standard error
     * @param stripQueryTerms strip_query_terms
     * @param bufferedLogs buffered_logs: false flushes as soon as nothing more waits to be written
     * @param logMimeHeaders log_mime_hdrs
     * @param rotate logfile_rotate: how many old files are kept
     * @param clientMask client_netmask
     * @param syslogServer syslog_server: who gets the lines of the module syslog
     * @param statisticsOf stats_collection: which requests count in the statistics
     * @param keepsSentHeads whether a log shows fields of answers as they were sent, by log_mime_hdrs or by {@code %<h}
     */
    public record Logs(
            List<AccessLogConfig> accessLogs,
            @Nullable Path cacheLog,
            boolean stripQueryTerms,
            boolean bufferedLogs,
            boolean logMimeHeaders,
            int rotate,
            ClientMask clientMask,
            LogDestination.Address syslogServer,
            AccessList statisticsOf,
            boolean keepsSentHeads) {
        /** Where no line names one, if its directory can be written. */
        public static final Path DEFAULT_ACCESS_LOG = Path.of("/var/log/squid/access.log");

        /** Where syslog daemons listen: on this machine, at the port of RFC 5426. */
        public static final LogDestination.Address DEFAULT_SYSLOG_SERVER = new LogDestination.Address("127.0.0.1", 514);

        /** As the file says, with whole client addresses and all requests in the statistics. */
        public Logs(
                List<AccessLogConfig> accessLogs,
                @Nullable Path cacheLog,
                boolean stripQueryTerms,
                boolean bufferedLogs,
                boolean logMimeHeaders,
                int rotate) {
            this(
                    accessLogs,
                    cacheLog,
                    stripQueryTerms,
                    bufferedLogs,
                    logMimeHeaders,
                    rotate,
                    ClientMask.NONE,
                    DEFAULT_SYSLOG_SERVER,
                    AccessList.empty("stats_collection", true));
        }

        /** Finds out by itself whether sent heads are shown. */
        public Logs(
                List<AccessLogConfig> accessLogs,
                @Nullable Path cacheLog,
                boolean stripQueryTerms,
                boolean bufferedLogs,
                boolean logMimeHeaders,
                int rotate,
                ClientMask clientMask,
                LogDestination.Address syslogServer,
                AccessList statisticsOf) {
            this(
                    accessLogs,
                    cacheLog,
                    stripQueryTerms,
                    bufferedLogs,
                    logMimeHeaders,
                    rotate,
                    clientMask,
                    syslogServer,
                    statisticsOf,
                    logMimeHeaders || accessLogs.stream().anyMatch(AccessLogConfig::showsSentHead));
        }
    }

    /**
     * One access_log line.
     *
     * @param destination where to
     * @param format of its lines
     * @param access the acls at the end of the line
     * @param bufferBytes {@code buffer-size=}: how many bytes of lines may wait for a collector; 0 where the line does not say
     * @param rotate {@code rotate=}: how many old files are kept; -1 where logfile_rotate says
     * @param where the line, for messages
     */
    public record AccessLogConfig(
            LogDestination destination,
            LogFormat format,
            AccessList access,
            long bufferBytes,
            int rotate,
            SourceLocation where) {
        /** {@code rotate} of a line without {@code rotate=}. */
        public static final int AS_LOGFILE_ROTATE = -1;

        /** A line without options; {@code file} is null for {@code none}. */
        public AccessLogConfig(@Nullable Path file, LogFormat format, AccessList access, SourceLocation where) {
            this(
                    file == null ? new LogDestination.None() : new LogDestination.File(file),
                    format,
                    access,
                    0,
                    AS_LOGFILE_ROTATE,
                    where);
        }

        /** Its file; null where its lines go elsewhere, or nowhere. */
        public @Nullable Path file() {
            return destination instanceof LogDestination.File file ? file.path() : null;
        }

        private boolean showsSentHead() {
            return format instanceof LogFormat.Custom custom && custom.showsSentHead();
        }
    }

    /**
     * The process.
     *
     * @param pidFile pid_filename, or null for none
     */
    public record ServerProcess(@Nullable Path pidFile) {}

    /**
     * The admin listener.
     *
     * @param host admin_port's address, loopback by default
     * @param port admin_port's number; 0 switches it off
     * @param tokenFile admin_token_file: created with mode 0600 at start
     */
    public record Admin(String host, int port, Path tokenFile) {
        public static final String DEFAULT_HOST = "127.0.0.1";
        public static final int DEFAULT_PORT = 3190;

        /** {@code /run/loligo/admin-PORT.token} where that directory can be written, else in {@code ~/.loligo}. */
        public static Path defaultTokenFile(int port) {
            Path run = Path.of("/run/loligo");
            Path directory = Files.isWritable(run) ? run : Path.of(System.getProperty("user.home", ""), ".loligo");
            return directory.resolve("admin-" + port + ".token");
        }
    }
}
