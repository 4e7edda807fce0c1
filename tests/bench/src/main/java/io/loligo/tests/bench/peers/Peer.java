package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A server that is measured: what it is called, and how an expert would start it for the job. */
interface Peer {
    /** As the command line and the JSON know it. */
    String name();

    /** As tables show it. */
    default String title() {
        return name();
    }

    /** What it needs that is not installed, and where to get it; empty when it can run. */
    Optional<String> missing();

    /** Name and version as it tells them itself. */
    String version() throws IOException;

    /** Whether it has to be warmed, and can be asked what it allocates. */
    default boolean isJvm() {
        return false;
    }

    /** Whether it has a cache in files, which outlive the process. */
    default boolean keepsFiles() {
        return true;
    }

    /** How long what it has stored may be in memory only, where it has a cache in files: a stop within that time loses it. */
    default Duration writesWithin() {
        return Duration.ZERO;
    }

    /** Where it, or a companion, writes its access log if it does. */
    default Path accessLog(Place place) {
        return place.file("access.log");
    }

    /** Writes its configuration into the place's directory, and says how it is started. */
    Launch prepare(Place place, Origin origin, Setup setup) throws IOException;
}
