package io.loligo.proxy.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.loligo.proxy.access.AddressLiteral;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a load balancer writes before the first byte of a connection that it passes on: who connected to it, and to which
 * address. The PROXY protocol, versions 1 and 2.
 *
 * <p>Version 1 is a line of at most {@link #V1_LENGTH_MAX} bytes:
 *
 * <pre>
 *   PROXY TCP4 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT CRLF      TCP6 likewise
 *   PROXY UNKNOWN [anything] CRLF
 * </pre>
 *
 * <p>Version 2 is binary, in network order:
 *
 * <pre>
 *   0                                             12      13      14              16
 *  +---------------------------------------------+-------+-------+---------------+
 *  | 0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A         |version|family | length of all |
 *  |                                             |command|trans- | that follows  |
 *  |                                             |       |port   |               |
 *  +---------------------------------------------+-------+-------+---------------+
 *  | source address and destination address: 4 bytes each, 16, or 108            |
 *  +-------------------------------+-------------------------------+-------------+
 *  | source port, 2 bytes          | destination port, 2 bytes     | not of UNIX |
 *  +-------+---------------+-------+-------------------------------+-------------+
 *  | type  | length        | value ...           further ones: passed over       |
 *  +-------+---------------+-----------------------------------------------------+
 * </pre>
 *
 * @param length of the header in bytes: what follows is the client's
 * @param addresses who connected to where; null where the sender does not say it, as for connections of its own (LOCAL,
 *     UNKNOWN, UNSPEC, UNIX): then the connection's own addresses hold
 */
public record ProxyProtocolHeader(int length, @Nullable Addresses addresses) {
    /** The longest header of version 1, its line end included. */
    public static final int V1_LENGTH_MAX = 107;

    /** What may follow the addresses in version 2, in bytes; more is malformed. */
    public static final int V2_ADDITIONS_MAX = 4 << 10;

    private static final int V2_PREFIX = 16;
    private static final int IPV4_BLOCK = 12;
    private static final int IPV6_BLOCK = 36;
    private static final int UNIX_BLOCK = 216;

    /** The longest header: a buffer of so many bytes holds any. */
    public static final int LENGTH_MAX = V2_PREFIX + UNIX_BLOCK + V2_ADDITIONS_MAX;

    private static final byte[] V1_SIGNATURE = "PROXY ".getBytes(US_ASCII);
    private static final byte[] V2_SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    /** Type and length of what follows the addresses in version 2. */
    private static final int TLV_HEAD = 3;

    private static final int PORT_MAX = 65_535;

    /**
     * Who connected to where.
     *
     * @param source the client
     * @param destination the address that the client connected to
     */
    public record Addresses(InetSocketAddress source, InetSocketAddress destination) {}

    /** What the bytes of a connection begin with. */
    public sealed interface Reading {}

    /** The header is not whole yet: read more, behind the same bytes. */
    public record MoreNeeded() implements Reading {
        private static final MoreNeeded INSTANCE = new MoreNeeded();
    }

    /** A whole header. */
    public record Complete(ProxyProtocolHeader header) implements Reading {}

    /**
     * There is no header, or none that can be understood. Nothing that follows can be trusted.
     *
     * @param why for the log: what is wrong, and what was expected
     */
    public record Malformed(String why) implements Reading {}

    /** Bytes that are no header. */
    private static final class NoHeader extends Exception {
        private static final long serialVersionUID = 1;

        private NoHeader(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * Reads the header that a connection begins with. Pure: {@code bytes} stays as it is, and its owner's.
     *
     * @param bytes all that came on the connection so far, from the buffer's position
     */
    public static Reading read(ByteBuffer bytes) {
        return readBigEndian(bytes.duplicate());
    }

    private static Reading readBigEndian(ByteBuffer bytes) {
        try {
            if (!bytes.hasRemaining()) {
                return MoreNeeded.INSTANCE;
            }
            ProxyProtocolHeader header =
                    bytes.get(bytes.position()) == V2_SIGNATURE[0] ? version2(bytes) : version1(bytes);
            return header == null ? MoreNeeded.INSTANCE : new Complete(header);
        } catch (NoHeader malformed) {
            return new Malformed(String.valueOf(malformed.getMessage()));
        }
    }

    /** Whether the bytes go on behind {@code signature}. */
    private static boolean signed(ByteBuffer bytes, byte[] signature) throws NoHeader {
        int known = Math.min(bytes.remaining(), signature.length);
        for (int i = 0; i < known; i++) {
            if (bytes.get(bytes.position() + i) != signature[i]) {
                throw new NoHeader("the connection does not begin with a PROXY header");
            }
        }
        return known == signature.length;
    }

    private static @Nullable ProxyProtocolHeader version1(ByteBuffer bytes) throws NoHeader {
        if (!signed(bytes, V1_SIGNATURE)) {
            return null;
        }
        int known = Math.min(bytes.remaining(), V1_LENGTH_MAX);
        for (int i = V1_SIGNATURE.length; i < known; i++) {
            byte octet = bytes.get(bytes.position() + i);
            if (octet == '\r' && i + 1 < known) {
                if (bytes.get(bytes.position() + i + 1) != '\n') {
                    throw new NoHeader("a carriage return within a PROXY header of version 1");
                }
                byte[] line = new byte[i];
                bytes.get(bytes.position(), line);
                return new ProxyProtocolHeader(i + 2, addresses(new String(line, US_ASCII)));
            }
            if (octet != '\r' && (octet < ' ' || octet > '~')) {
                throw new NoHeader("a control byte, or one that is not ASCII, in a PROXY header of version 1");
            }
        }
        if (known == V1_LENGTH_MAX) {
            throw new NoHeader("a PROXY header of version 1 of more than " + V1_LENGTH_MAX + " bytes");
        }
        return null;
    }

    private static @Nullable Addresses addresses(String line) throws NoHeader {
        String[] words = line.split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return null;
        }
        boolean v4 = words[1].equals("TCP4");
        if (!v4 && !words[1].equals("TCP6")) {
            throw new NoHeader("a PROXY header of version 1 is about TCP4, TCP6 or UNKNOWN");
        }
        if (words.length != 6) {
            throw new NoHeader("a PROXY header of version 1 has two addresses and two ports");
        }
        return new Addresses(
                new InetSocketAddress(address(words[2], v4), port(words[4])),
                new InetSocketAddress(address(words[3], v4), port(words[5])));
    }

    private static InetAddress address(String text, boolean v4) throws NoHeader {
        Optional<InetAddress> address = AddressLiteral.strict(text);
        if (address.isEmpty() || text.indexOf(':') < 0 != v4) {
            throw new NoHeader("not an address of its family in a PROXY header of version 1");
        }
        return address.get();
    }

    private static int port(String text) throws NoHeader {
        boolean number = !text.isEmpty()
                && text.length() <= 5
                && text.chars().allMatch(c -> '0' <= c && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
        int port = number ? Integer.parseInt(text) : -1;
        if (port < 0 || port > PORT_MAX) {
            throw new NoHeader("not a port in a PROXY header of version 1");
        }
        return port;
    }

    private static @Nullable ProxyProtocolHeader version2(ByteBuffer bytes) throws NoHeader {
        if (!signed(bytes, V2_SIGNATURE)) {
            return null;
        }
        // Each byte is judged as soon as it is there: what cannot become a header is not waited for.
        int from = bytes.position();
        int known = bytes.remaining();
        int versionAndCommand = known > 12 ? bytes.get(from + 12) : 0x21;
        if (versionAndCommand != 0x20 && versionAndCommand != 0x21) {
            throw new NoHeader("neither LOCAL nor PROXY of version 2 in a PROXY header");
        }
        boolean local = versionAndCommand == 0x20;
        int family = known > 13 ? bytes.get(from + 13) : 0;
        int block = local ? 0 : block(family);
        if (known < V2_PREFIX) {
            return null;
        }
        int length = bytes.getShort(from + 14) & 0xffff;
        if (length < block) {
            throw new NoHeader("a PROXY header of version 2 that is too short for its addresses");
        }
        if (length - (local ? UNIX_BLOCK : block) > V2_ADDITIONS_MAX) {
            throw new NoHeader(
                    "a PROXY header of version 2 with more than " + V2_ADDITIONS_MAX + " bytes of additions");
        }
        if (known < V2_PREFIX + length) {
            return null;
        }
        if (!local && family != 0) {
            additions(bytes, from + V2_PREFIX + block, from + V2_PREFIX + length);
        }
        return new ProxyProtocolHeader(
                V2_PREFIX + length,
                block == IPV4_BLOCK || block == IPV6_BLOCK ? addresses(bytes, from + V2_PREFIX, block) : null);
    }

    /** The bytes that two addresses of a family and transport take. */
    private static int block(int family) throws NoHeader {
        return switch (family) {
            case 0x00 -> 0;
            case 0x11 -> IPV4_BLOCK;
            case 0x21 -> IPV6_BLOCK;
            case 0x31 -> UNIX_BLOCK;
            default ->
                throw new NoHeader("a PROXY header of version 2 about neither TCP by IPv4 or IPv6 nor a UNIX stream");
        };
    }

    /** Sees that what follows the addresses is a sequence of types, lengths and values, to the end. */
    private static void additions(ByteBuffer bytes, int from, int end) throws NoHeader {
        int at = from;
        while (at < end) {
            int next = at + TLV_HEAD <= end ? at + TLV_HEAD + (bytes.getShort(at + 1) & 0xffff) : end + 1;
            if (next > end) {
                throw new NoHeader("an addition to a PROXY header of version 2 that ends behind it");
            }
            at = next;
        }
    }

    private static Addresses addresses(ByteBuffer bytes, int from, int block) {
        int size = (block - 4) / 2;
        return new Addresses(
                new InetSocketAddress(address(bytes, from, size), bytes.getShort(from + 2 * size) & 0xffff),
                new InetSocketAddress(address(bytes, from + size, size), bytes.getShort(from + 2 * size + 2) & 0xffff));
    }

    private static InetAddress address(ByteBuffer bytes, int from, int size) {
        byte[] address = new byte[size];
        bytes.get(from, address);
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
