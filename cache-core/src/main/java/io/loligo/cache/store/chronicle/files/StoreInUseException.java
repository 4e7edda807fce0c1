package io.loligo.cache.store.chronicle.files;

import java.io.IOException;
import java.nio.file.Path;

/** Another process, or another store of this one, has the directory open. */
public final class StoreInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreInUseException(Path lockFile) {
        super("the store is in use: " + lockFile
                + " is locked by another process; two servers cannot share a directory");
    }
}
