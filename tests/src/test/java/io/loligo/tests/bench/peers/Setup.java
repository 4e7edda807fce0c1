package io.loligo.tests.bench.peers;

/**
 * How the servers are configured for a scene, beside what is the same for all. Scenes of equal setups share running
 * servers, unless the scene wants them fresh.
 *
 * @param log whether they write an access log in combined format
 * @param memoryMegabytes of the cache
 * @param files whether the cache is in files that outlive the process, where the server has such a cache
 */
record Setup(boolean log, int memoryMegabytes, boolean files) {
    static final Setup HITS = new Setup(false, 256, false);

    Setup withLog() {
        return new Setup(true, memoryMegabytes, files);
    }

    Setup withMemory(int megabytes) {
        return new Setup(log, megabytes, files);
    }

    Setup inFiles() {
        return new Setup(log, memoryMegabytes, true);
    }
}
