package io.loligo.cli;

import io.loligo.proxy.config.Configuration.Admin;
import java.nio.file.Path;
import java.util.List;

/** The server in this process. */
final class LoligoServerHere implements ProxyServer {
    private static final List<String> NONE = List.of("this build holds no server");

    @Override
    public Report check(Path file, boolean strict) {
        return new Report(List.of(), NONE.get(0), false);
    }

    @Override
    public Admin admin(Path file) throws Refused {
        throw new Refused(NONE);
    }

    @Override
    public Running start(Path file, boolean strict) throws Refused {
        throw new Refused(NONE);
    }
}
