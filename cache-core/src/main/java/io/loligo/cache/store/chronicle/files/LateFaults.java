package io.loligo.cache.store.chronicle.files;

/**
 * Has the JVM say what it has to say of faults in mapped memory. A page of a file that is not there, because the file was
 * cut, the disk is full or broken, ends in an InternalError. JDK 17 throws it not where the memory was touched but when
 * the thread next enters the JVM's runtime, which may be in the middle of something else: in the loop of an I/O thread,
 * which ends then, and all its connections hang.
 */
public final class LateFaults {
    /** Later ones throw at once. */
    private static final boolean LATE = Runtime.version().feature() < 25;

    /** Zero; not a constant, lest the compiler makes the array itself. */
    private static volatile int zero;

    private LateFaults() {}

    /**
     * Throws the InternalError of a fault that this thread has met, if there is one. Arrays of arrays are made by the
     * runtime, whatever compiled the call: the cheapest way into it that was found, 30 ns.
     */
    public static void settle() {
        if (LATE) {
            byte[][] none = new byte[zero][zero];
            zero = none.length;
        }
    }
}
