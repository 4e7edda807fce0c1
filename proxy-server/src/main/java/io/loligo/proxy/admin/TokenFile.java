package io.loligo.proxy.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** admin_token_file: a fresh secret that only the server's user can read. The file holds the token and nothing else. */
final class TokenFile implements AutoCloseable {
    private static final int TOKEN_BYTES = 32;
    private static final System.Logger LOG = System.getLogger(TokenFile.class.getName());

    private final Path path;
    private final String token;

    private TokenFile(Path path, String token) {
        this.path = path;
        this.token = token;
    }

    /**
     * Makes a token and writes it: the directory is made with mode 0700 if it is missing, the file has mode 0600 from
     * its first byte and appears whole.
     *
     * @throws IOException with a message that names the file
     */
    static TokenFile create(Path path) throws IOException {
        byte[] secret = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        Path file = path.toAbsolutePath();
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Path directory = file.getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                makePrivate(directory);
            }
            Files.deleteIfExists(fresh);
            Set<OpenOption> once = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = Files.newByteChannel(
                    fresh, once, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                channel.write(StandardCharsets.US_ASCII.encode(token));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new IOException(
                    "admin_token_file " + path + " cannot be written: "
                            + failure.getClass().getSimpleName() + " " + failure.getMessage()
                            + "; expected a place that this user may write (admin_token_file FILE), or `admin_port 0`"
                            + " to do without",
                    failure);
        }
        return new TokenFile(file, token);
    }

    private static void makePrivate(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException another) {
            if (!Files.isDirectory(directory)) {
                throw another;
            }
        }
    }

    /** The role of who shows {@code given}; null when it is no token of this server. Takes the same time for all. */
    @Nullable AdminRole role(String given) {
        byte[] expected = token.getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8)) ? AdminRole.ALL : null;
    }

    /** Removes the file, if it is still this server's. */
    @Override
    public void close() {
        try {
            if (Files.isRegularFile(path)
                    && Files.readString(path, StandardCharsets.US_ASCII).equals(token)) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.WARNING, "admin_token_file " + path + " was not removed: " + failure);
        }
    }
}
