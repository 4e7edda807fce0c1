package io.loligo.cli;

import io.loligo.proxy.config.Configuration.Admin;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options that say which server a command talks to: the server of a squid.conf, the server at an address, or by default
 * the server at 127.0.0.1:3190.
 */
final class AdminOptions {
    private static final Admin DEFAULT =
            new Admin(Admin.DEFAULT_HOST, Admin.DEFAULT_PORT, Admin.defaultTokenFile(Admin.DEFAULT_PORT));
    private static final int PORT_MAX = 65_535;

    private final ProxyServer server;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The squid.conf of the server: admin_port and admin_token_file are read from it.")
    private @Nullable Path file;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "The server's admin_port. Default: 127.0.0.1:3190.")
    private @Nullable String address;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The server's admin_token_file. "
                    + " Default: /run/loligo/admin-PORT.token, or the same in ~/.loligo.")
    private @Nullable Path tokenFile;

    AdminOptions(ProxyServer server) {
        this.server = server;
    }

    /** The squid.conf of option -f, or null. */
    @Nullable Path file() {
        return file;
    }

    AdminClient client() throws ProxyServer.Refused, AdminClient.NoServer {
        Admin admin = file == null ? DEFAULT : server.admin(file);
        if (admin.port() == 0 && address == null) {
            throw new AdminClient.NoServer("admin_port 0 in " + file + ": that server takes no orders");
        }
        String host = admin.host();
        int port = admin.port();
        if (address != null) {
            int colon = address.lastIndexOf(':');
            host = colon < 0 ? "" : address.substring(0, colon);
            port = colon < 0 ? 0 : port(address.substring(colon + 1));
            if (host.isEmpty() || port == 0) {
                throw new ParameterException(
                        command.commandLine(), "--admin takes HOST:PORT or [v6]:PORT, not '" + address + "'");
            }
        }
        Path token = tokenFile;
        if (token == null) {
            token = file == null ? Admin.defaultTokenFile(port) : admin.tokenFile();
        }
        return new AdminClient(host, port, token);
    }

    /** The port number, 1 to 65535, or 0 when {@code text} is not one. */
    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port <= PORT_MAX ? port : 0;
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }
}
