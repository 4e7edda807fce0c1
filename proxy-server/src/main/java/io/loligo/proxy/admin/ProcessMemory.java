package io.loligo.proxy.admin;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the process takes of the machine's memory beside the store's maps, in bytes.
 *
 * @param resident what it takes in all, with the maps' pages that are in memory; 0 where the system does not say
 * @param heapUsed objects on the Java heap, with what the collector has not freed yet
 * @param heapMax what the heap may take
 * @param directBuffers memory of buffers outside the heap
 */
public record ProcessMemory(long resident, long heapUsed, long heapMax, long directBuffers) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    /** As it is now. */
    public static ProcessMemory now() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return new ProcessMemory(residentNow(), heap.getUsed(), heap.getMax(), direct);
    }

    private static long residentNow() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(RESIDENT))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            // Not Linux.
            return 0;
        }
    }
}
