package io.loligo.proxy;

import java.util.ArrayList;
import java.util.List;

/**
 * The resources that a server has opened. They are closed in the reverse order of their opening: when a start fails, and
 * when the server stops. Any thread may call it.
 */
final class ServerResources {
    private static final System.Logger LOG = System.getLogger(ServerResources.class.getName());

    private final List<AutoCloseable> open = new ArrayList<>();

    /** Registers {@code resource}, which {@link #closeAll} will close, and returns it. */
    synchronized <T extends AutoCloseable> T add(T resource) {
        open.add(0, resource);
        return resource;
    }

    /** Closes every resource once. A resource that cannot be closed is logged; the others are closed all the same. */
    synchronized void closeAll() {
        for (AutoCloseable resource : open) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "a resource could not be closed", e);
            }
        }
        open.clear();
    }
}
