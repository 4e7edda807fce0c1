package io.loligo.tests;

import io.loligo.proxy.LoligoServer;
import io.loligo.proxy.ServerOptions;
import io.loligo.proxy.StartFailure;
import java.nio.file.Path;

/** The server in this JVM: no start of another one to wait for. */
public final class InProcessServer implements RunningServer {
    private final SquidConf conf;
    private final LoligoServer server;

    private InProcessServer(SquidConf conf, LoligoServer server) {
        this.conf = conf;
        this.server = server;
    }

    public static InProcessServer start(SquidConf conf) {
        try {
            return new InProcessServer(conf, LoligoServer.start(new ServerOptions(conf.write(), false)));
        } catch (StartFailure e) {
            throw new AssertionError("not started: " + e.messages(), e);
        }
    }

    /** The server itself. */
    public LoligoServer server() {
        return server;
    }

    @Override
    public int port() {
        return conf.port();
    }

    @Override
    public Path directory() {
        return conf.directory();
    }

    @Override
    public void close() {
        server.stop();
    }
}
