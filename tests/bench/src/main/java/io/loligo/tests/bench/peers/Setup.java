package io.loligo.tests.bench.peers;

/**
 * How the servers are configured for a scene, beside what is the same for all. Scenes of equal setups share running
 * servers, unless the scene wants them fresh.
 *
 * @param log whether they write an access log in combined format
 * @param memoryMegabytes of the cache
 * @param files whether the cache is in files that outlive the process, where the server has such a cache
 * @param heapTouched whether a JVM touches its whole heap at the start, so that what else it takes can be told from it
 */
record Setup(boolean log, int memoryMegabytes, boolean files, boolean heapTouched) {
    static final Setup HITS = new Setup(false, 256, false, false);

    Setup withLog() {
        return new Setup(true, memoryMegabytes, files, heapTouched);
    }

    Setup withMemory(int megabytes) {
        return new Setup(log, megabytes, files, heapTouched);
    }

    Setup inFiles() {
        return new Setup(log, memoryMegabytes, true, heapTouched);
    }

    Setup withHeapTouched() {
        return new Setup(log, memoryMegabytes, files, true);
    }
}
