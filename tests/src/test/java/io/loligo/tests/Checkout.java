package io.loligo.tests;

import java.nio.file.Files;
import java.nio.file.Path;

/** The project's directory, with what the build has made in it. */
public final class Checkout {
    private static final String MARK = "mvnw";

    private Checkout() {}

    /** The nearest directory, from the working directory upwards, that has the Maven wrapper in it. */
    public static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            if (Files.exists(directory.resolve(MARK))) {
                return directory;
            }
        }
        throw new IllegalStateException("there is no " + MARK + " in " + start + " or above it");
    }

    /** Where the build leaves loligo.jar, the launcher and lib. */
    public static Path build() {
        return root().resolve("cli").resolve("target");
    }
}
