package io.loligo.proxy.config;

import io.loligo.proxy.access.AccessList;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One cache_peer line with its cache_peer_access list.
 *
 * @param name name=, else the host; unique without regard to case
 * @param host a name or an address
 * @param port the origin's HTTP port
 * @param originServer originserver: speak origin form
 * @param defaultPeer default
 * @param balancing sourcehash, userhash, carp, round-robin, weighted-round-robin
 * @param weight weight=, at least 1
 * @param login login=
 * @param forcedDomain forceddomain=, or null
 * @param frontEndHttps front-end-https=
 * @param maxConnections max-conn=; 0 means no limit
 * @param connectTimeout connect-timeout=, else peer_connect_timeout
 * @param connectFailLimit connect-fail-limit=, failed connects in a row that make the peer dead; default 10
 * @param proxyOnly proxy-only: do not store what came from it
 * @param access cache_peer_access; allows all when there is none
 * @param where the line, for messages
 */
public record PeerConfig(
        String name,
        String host,
        int port,
        boolean originServer,
        boolean defaultPeer,
        Balancing balancing,
        int weight,
        Login login,
        @Nullable String forcedDomain,
        FrontEndHttps frontEndHttps,
        int maxConnections,
        Duration connectTimeout,
        int connectFailLimit,
        boolean proxyOnly,
        AccessList access,
        SourceLocation where) {

    /** When the field {@code Front-End-Https: On} tells a peer that the client came by HTTPS. */
    public enum FrontEndHttps {
        /** Never; what the client sends goes on. */
        OFF,
        /** Always. */
        ON,
        /** With URLs of the scheme https. */
        AUTO
    }

    /**
     * What becomes of the Authorization field towards a peer.
     *
     * @param kind what login= says
     * @param user the user name, for {@link Kind#FIXED}; else empty
     * @param password the password, for {@link Kind#FIXED} and {@link Kind#CLIENT_USER}; else empty. Never printed
     */
    public record Login(Kind kind, String user, String password) {
        /** No login=: the client's Authorization goes on, as RFC 9110 has it for a gateway (decision: RFC over Squid). */
        public static final Login NONE = new Login(Kind.NONE, "", "");

        /** The forms of login=. */
        public enum Kind {
            NONE,
            PASS,
            /** user:password */
            FIXED,
            /** *:password */
            CLIENT_USER
        }

        @Override
        public String toString() {
            return kind.toString();
        }
    }
}
