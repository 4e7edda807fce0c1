package io.loligo.proxy.client;

import io.loligo.proxy.config.Configuration;
import io.loligo.proxy.config.PortConfig;
import io.loligo.proxy.exchange.Rules;
import io.loligo.proxy.log.Transaction;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.management.XnioServerMXBean;

/**
 * The listening sockets, one or more per http_port. They survive reloads: a line that stays keeps its socket and its
 * connections. Used by one thread at a time.
 */
public final class Listeners {
    private static final int BACKLOG = 4096;
    private static final int FIELDS_MAX = 200;

    private final XnioWorker worker;
    private final ByteBufferPool buffers;
    private final Supplier<Configuration.Timeouts> timeouts;
    private final Consumer<Transaction> record;
    private final Function<String, RequestHandler> handlers;
    private final Map<String, Listener> open = new LinkedHashMap<>();

    private record Listener(
            PortConfig port, HttpOpenListener protocol, List<AcceptingChannel<StreamConnection>> sockets) {}

    /**
     * @param timeouts those in force at any time
     * @param record gets what no handler sees, as it could not be parsed
     * @param handlers makes the handler for a {@link Rules#portKey}
     */
    public Listeners(
            XnioWorker worker,
            ByteBufferPool buffers,
            Supplier<Configuration.Timeouts> timeouts,
            Consumer<Transaction> record,
            Function<String, RequestHandler> handlers) {
        this.worker = worker;
        this.buffers = buffers;
        this.timeouts = timeouts;
        this.record = record;
        this.handlers = handlers;
    }

    /**
     * Binds what {@code configuration} has and is not open; closes nothing. Clients may connect and wait until {@link
     * #accept}.
     *
     * @throws IOException naming the line whose address cannot be had; then nothing new is left open
     */
    public void openFor(Configuration configuration) throws IOException {
        List<String> opened = new ArrayList<>();
        try {
            for (PortConfig port : configuration.ports()) {
                String key = Rules.portKey(port);
                if (!open.containsKey(key)) {
                    open.put(key, listen(port, configuration));
                    opened.add(key);
                }
            }
        } catch (IOException e) {
            opened.forEach(this::close);
            throw e;
        }
    }

    /** Serves the ports of {@code configuration}, which is in force by now: the new ones, and those that stay by its limits. */
    public void accept(Configuration configuration) {
        OptionMap options = options(configuration);
        for (PortConfig port : configuration.ports()) {
            Listener listener = open.get(Rules.portKey(port));
            if (listener != null) {
                listener.protocol().setUndertowOptions(options);
                listener.sockets().forEach(AcceptingChannel::resumeAccepts);
            }
        }
    }

    /** Closes what {@code configuration} no longer has; connections that are open are served to their end. */
    public void closeOthers(Configuration configuration) {
        List<String> kept = configuration.ports().stream().map(Rules::portKey).toList();
        open.keySet().stream().filter(key -> !kept.contains(key)).toList().forEach(this::close);
    }

    /** Stops accepting, everywhere. */
    public void stopAccepting() {
        open.values().forEach(listener -> listener.sockets().forEach(IoUtils::safeClose));
    }

    /** Cuts every connection that is still open. */
    public void closeConnections() {
        open.values().forEach(listener -> listener.protocol().closeConnections());
    }

    /** Client connections that are open now. */
    public int connections() {
        return worker.getMXBean().getServerMXBeans().stream()
                .mapToInt(XnioServerMXBean::getConnectionCount)
                .sum();
    }

    /** The addresses that are listened on. */
    public List<InetSocketAddress> addresses() {
        return open.values().stream()
                .flatMap(listener -> listener.sockets().stream())
                .map(socket -> (InetSocketAddress) socket.getLocalAddress())
                .toList();
    }

    private void close(String key) {
        Listener listener = open.remove(key);
        if (listener != null) {
            listener.sockets().forEach(IoUtils::safeClose);
        }
    }

    private Listener listen(PortConfig port, Configuration configuration) throws IOException {
        HttpOpenListener protocol = new HttpOpenListener(buffers, options(configuration));
        RequestHandler handler = handlers.apply(Rules.portKey(port));
        protocol.setRootHandler(handler);
        List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
        try {
            for (InetSocketAddress address : addresses(port)) {
                sockets.add(listen(address, protocol, handler));
            }
        } catch (IOException e) {
            sockets.forEach(IoUtils::safeClose);
            throw new IOException(
                    port.where() + ": http_port cannot listen on " + (port.host() == null ? "*" : port.host()) + ":"
                            + port.port() + ": " + e.getMessage() + "; expected an address of this machine and a port"
                            + " that nobody else has (ports below 1024 need a privilege)",
                    e);
        }
        return new Listener(port, protocol, sockets);
    }

    private static OptionMap options(Configuration configuration) {
        return OptionMap.builder()
                .set(UndertowOptions.BUFFER_PIPELINED_DATA, false)
                // Beyond it the parser gives up without a page; up to it the check answers 431.
                .set(UndertowOptions.MAX_HEADER_SIZE, 4 * configuration.limits().requestHeaderMaxSize())
                .set(UndertowOptions.MAX_HEADERS, FIELDS_MAX)
                // The limit on bodies is ours, counted where they are read.
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(UndertowOptions.MAX_COOKIES, FIELDS_MAX)
                .set(UndertowOptions.MAX_PARAMETERS, Integer.MAX_VALUE)
                .set(UndertowOptions.DECODE_URL, false)
                .set(UndertowOptions.ALWAYS_SET_DATE, false)
                .set(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int)
                        configuration.timeouts().requestTimeout().toMillis())
                .getMap();
    }

    private AcceptingChannel<StreamConnection> listen(
            InetSocketAddress address, HttpOpenListener protocol, RequestHandler handler) throws IOException {
        OptionMap options = OptionMap.builder()
                .set(Options.WORKER_IO_THREADS, worker.getIoThreadCount())
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BALANCING_TOKENS, 1)
                .set(Options.BALANCING_CONNECTIONS, 2)
                .set(Options.BACKLOG, BACKLOG)
                .getMap();
        return worker.createStreamConnectionServer(
                address,
                ChannelListeners.openListenerAdapter(connection -> accepted(connection, protocol, handler)),
                options);
    }

    private void accepted(StreamConnection connection, HttpOpenListener protocol, RequestHandler handler) {
        RequestHeadConduit.attach(connection, handler, timeouts, record);
        protocol.handleEvent(connection);
    }

    private static List<InetSocketAddress> addresses(PortConfig port) throws UnknownHostException {
        if (port.host() == null) {
            return List.of(new InetSocketAddress(port.port()));
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(port.host())) {
            addresses.add(new InetSocketAddress(address, port.port()));
        }
        return addresses;
    }
}
