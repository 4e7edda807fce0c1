package io.loligo.proxy;

import java.util.ArrayList;
import java.util.List;

/** What must be closed, last opened first. */
final class Opened {
    private static final System.Logger LOG = System.getLogger(Opened.class.getName());

    private final List<AutoCloseable> open = new ArrayList<>();

    synchronized <T extends AutoCloseable> T add(T resource) {
        open.add(0, resource);
        return resource;
    }

    synchronized void closeAll() {
        for (AutoCloseable resource : open) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "could not close in order", e);
            }
        }
        open.clear();
    }
}
