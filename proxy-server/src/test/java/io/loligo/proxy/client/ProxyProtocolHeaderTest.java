package io.loligo.proxy.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.client.ProxyProtocolHeader.Addresses;
import io.loligo.proxy.client.ProxyProtocolHeader.Complete;
import io.loligo.proxy.client.ProxyProtocolHeader.Malformed;
import io.loligo.proxy.client.ProxyProtocolHeader.MoreNeeded;
import io.loligo.proxy.client.ProxyProtocolHeader.Reading;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyProtocolHeaderTest {
    /** What a client sends behind the header. */
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\n".getBytes(ISO_8859_1);

    private static final String SIGNATURE = "0D0A0D0A000D0A515549540A";

    @DisplayName("version 1: whole headers; ~ stands for CRLF")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # rule                               | header                                                 | source               | destination
            IPv4                                 | PROXY TCP4 192.0.2.7 198.51.100.1 56324 443~           | 192.0.2.7:56324      | 198.51.100.1:443
            the least numbers and the greatest   | PROXY TCP4 0.0.0.0 255.255.255.255 0 65535~            | 0.0.0.0:0            | 255.255.255.255:65535
            IPv6                                 | PROXY TCP6 2001:db8::7 2001:db8::1 1 2~                | 2001:db8:0:0:0:0:0:7:1 | 2001:db8:0:0:0:0:0:1:2
            in capitals                          | PROXY TCP6 2001:DB8::7 ::1 1 2~                        | 2001:db8:0:0:0:0:0:7:1 | 0:0:0:0:0:0:0:1:2
            the longest addresses                | PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535~ | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:65535 | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:65535
            IPv4 in IPv6                         | PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.8 1 2~      | 192.0.2.7:1          | 192.0.2.8:2
            a connection of the sender's own     | PROXY UNKNOWN~                                         | -                    | -
            what follows UNKNOWN is passed over  | PROXY UNKNOWN ffff::1 whatever 1~                      | -                    | -
            """)
    void version1(String rule, String header, @Nullable String source, @Nullable String destination) {
        assertWhole(text(header), source, destination);
    }

    @Test
    @DisplayName("version 1: a header of 107 bytes is whole, one of 108 is not waited for")
    void version1Length() {
        String unknown = "PROXY UNKNOWN ";
        String longest = unknown + "x".repeat(ProxyProtocolHeader.V1_LENGTH_MAX - unknown.length() - 2) + "~";

        assertWhole(text(longest), null, null);
        assertMalformed(text(longest.replace("~", "x~")), "more than 107 bytes");
    }

    @DisplayName("version 1: what is no header; ~ stands for CRLF")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rule                          | bytes                                          | why
            a request without a header      | GET / HTTP/1.1~                                | does not begin with a PROXY header
            another beginning               | PROXX TCP4 192.0.2.7 192.0.2.8 1 2~            | does not begin with a PROXY header
            in small letters                | proxy TCP4 192.0.2.7 192.0.2.8 1 2~            | does not begin with a PROXY header
            another protocol                | PROXY UDP4 192.0.2.7 192.0.2.8 1 2~            | TCP4, TCP6 or UNKNOWN
            nothing but the beginning       | PROXY ~                                        | TCP4, TCP6 or UNKNOWN
            two blanks                      | PROXY  TCP4 192.0.2.7 192.0.2.8 1 2~           | TCP4, TCP6 or UNKNOWN
            two blanks further on           | PROXY TCP4 192.0.2.7  192.0.2.8 1 2~           | two addresses and two ports
            a blank at the end              | PROXY TCP4 192.0.2.7 192.0.2.8 1 2 ~           | two addresses and two ports
            a port is missing               | PROXY TCP4 192.0.2.7 192.0.2.8 1~              | two addresses and two ports
            IPv6 as IPv4                    | PROXY TCP4 ::1 ::1 1 2~                        | not an address of its family
            IPv4 as IPv6                    | PROXY TCP6 192.0.2.7 192.0.2.8 1 2~            | not an address of its family
            too large a number              | PROXY TCP4 192.0.2.256 192.0.2.8 1 2~          | not an address of its family
            a leading zero                  | PROXY TCP4 192.0.2.07 192.0.2.8 1 2~           | not an address of its family
            three numbers                   | PROXY TCP4 192.0.2 192.0.2.8 1 2~              | not an address of its family
            a name                          | PROXY TCP4 localhost 192.0.2.8 1 2~            | not an address of its family
            brackets                        | PROXY TCP6 [::1] ::1 1 2~                      | not an address of its family
            two gaps                        | PROXY TCP6 1::2::3 ::1 1 2~                    | not an address of its family
            too large a port                | PROXY TCP4 192.0.2.7 192.0.2.8 1 65536~        | not a port
            a port with a zero before it    | PROXY TCP4 192.0.2.7 192.0.2.8 1 02~           | not a port
            a negative port                 | PROXY TCP4 192.0.2.7 192.0.2.8 -1 2~           | not a port
            no port                         | PROXY TCP4 192.0.2.7 192.0.2.8  2~             | not a port
            """)
    void noVersion1(String rule, String bytes, String why) {
        assertMalformed(text(bytes), why);
    }

    @DisplayName("version 1: bytes that no line has")
    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            a line feed alone,         50524F585920554E4B4E4F574E0A,     a control byte
            a carriage return alone,   50524F585920554E4B4E4F574E0D58,   a carriage return
            two carriage returns,      50524F585920554E4B4E4F574E0D0D0A, a carriage return
            a null byte,               50524F585920554E4B4E4F574E000D0A, a control byte
            a byte that is not ASCII,  50524F585920554E4B4E4F574EE40D0A, a control byte
            """)
    void version1Bytes(String rule, String hex, String why) {
        assertMalformed(HexFormat.of().parseHex(hex), why);
    }

    @DisplayName("version 2: whole headers, in hexadecimal behind the signature")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # rule                                  | header                                                  | source          | destination
            IPv4                                    | 21 11 000C C0000207 C6336401 DC04 01BB                  | 192.0.2.7:56324 | 198.51.100.1:443
            IPv6                                    | 21 21 0024 20010DB8000000000000000000000007 20010DB8000000000000000000000001 FFFF 0000 | 2001:db8:0:0:0:0:0:7:65535 | 2001:db8:0:0:0:0:0:1:0
            additions are passed over               | 21 11 0014 C0000207 C6336401 DC04 01BB 01 0002 6832 EA 0000 | 192.0.2.7:56324 | 198.51.100.1:443
            LOCAL: the connection's own             | 20 00 0000                                              | -               | -
            LOCAL with addresses, which do not count | 20 11 000C C0000207 C6336401 DC04 01BB                 | -               | -
            LOCAL of an unknown family              | 20 FF 0001 00                                           | -               | -
            LOCAL with what is no addition          | 20 11 000E C0000207 C6336401 DC04 01BB FF FF            | -               | -
            UNSPEC                                  | 21 00 0000                                              | -               | -
            UNSPEC with anything behind it          | 21 00 0002 FFFF                                         | -               | -
            """)
    void version2(String rule, String header, @Nullable String source, @Nullable String destination) {
        assertWhole(binary(header), source, destination);
    }

    @Test
    @DisplayName("version 2: a UNIX stream has no address that is one here")
    void unix() {
        assertWhole(binary("21 31 00D8" + "00".repeat(216)), null, null);
    }

    @Test
    @DisplayName("version 2: additions up to the limit, and not a byte more")
    void version2Length() {
        int most = ProxyProtocolHeader.V2_ADDITIONS_MAX;
        String addresses = "C0000207 C6336401 DC04 01BB";

        assertWhole(
                binary("21 11 %04X".formatted(12 + most)
                        + addresses
                        + "EA %04X".formatted(most - 3)
                        + "00".repeat(most - 3)),
                "192.0.2.7:56324",
                "198.51.100.1:443");
        assertMalformed(binary("21 11 %04X".formatted(12 + most + 1)), "more than 4096 bytes of additions");
        assertMalformed(binary("20 00 FFFF"), "more than 4096 bytes of additions");
        assertMalformed(binary("21 31 FFFF"), "more than 4096 bytes of additions");
        assertThat(ProxyProtocolHeader.LENGTH_MAX).isEqualTo(16 + 216 + most);
    }

    @DisplayName("version 2: what is no header")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rule                          | bytes                                               | why
            another version                 | 11 11 000C C0000207 C6336401 DC04 01BB              | neither LOCAL nor PROXY of version 2
            another command                 | 22 11 000C C0000207 C6336401 DC04 01BB              | neither LOCAL nor PROXY of version 2
            an unknown family               | 21 41 000C C0000207 C6336401 DC04 01BB              | about neither TCP
            datagrams                       | 21 12 000C C0000207 C6336401 DC04 01BB              | about neither TCP
            IPv4 of no transport            | 21 10 000C C0000207 C6336401 DC04 01BB              | about neither TCP
            too short for IPv4              | 21 11 000B C0000207 C6336401 DC04 01                | too short for its addresses
            too short for IPv6              | 21 21 0023                                          | too short for its addresses
            too short for UNIX              | 21 31 000C                                          | too short for its addresses
            an addition without a length    | 21 11 000E C0000207 C6336401 DC04 01BB 01 00        | ends behind it
            an addition that is too long    | 21 11 0010 C0000207 C6336401 DC04 01BB 01 0002 68   | ends behind it
            """)
    void noVersion2(String rule, String bytes, String why) {
        assertMalformed(binary(bytes), why);
    }

    @Test
    @DisplayName("a signature of version 2 that is wrong at its last byte")
    void signature() {
        assertMalformed(HexFormat.of().parseHex("0D0A0D0A000D0A515549540B"), "does not begin with a PROXY header");
    }

    private static byte[] text(String header) {
        return header.replace("~", "\r\n").getBytes(ISO_8859_1);
    }

    private static byte[] binary(String hex) {
        return HexFormat.of().parseHex(SIGNATURE + hex.replace(" ", ""));
    }

    /** {@code header} is one, whatever follows it, and none of its beginnings is. */
    private static void assertWhole(byte[] header, @Nullable String source, @Nullable String destination) {
        Reading whole = read(header, header.length, new byte[0]);
        assertThat(whole).isInstanceOf(Complete.class);
        ProxyProtocolHeader found = ((Complete) whole).header();
        assertThat(found.length()).isEqualTo(header.length);
        Addresses addresses = found.addresses();
        assertThat(addresses == null ? null : text(addresses.source())).isEqualTo(source);
        assertThat(addresses == null ? null : text(addresses.destination())).isEqualTo(destination);
        assertThat(read(header, header.length, REQUEST)).isEqualTo(whole);
        for (int length = 0; length < header.length; length++) {
            assertThat(read(header, length, new byte[0])).as("%s bytes", length).isInstanceOf(MoreNeeded.class);
        }
    }

    /** Some beginning of {@code bytes} is no header, and so is each longer one. */
    private static void assertMalformed(byte[] bytes, String why) {
        boolean before = false;
        for (int length = 0; length <= bytes.length; length++) {
            Reading reading = read(bytes, length, new byte[0]);
            assertThat(reading).as("%s bytes", length).isNotInstanceOf(Complete.class);
            assertThat(reading instanceof Malformed || !before)
                    .as("%s bytes", length)
                    .isTrue();
            before = reading instanceof Malformed;
        }
        assertThat(read(bytes, bytes.length, new byte[0]))
                .isInstanceOfSatisfying(
                        Malformed.class,
                        malformed -> assertThat(malformed.why()).contains(why));
    }

    /** Reads from the middle of a direct buffer, as the door does, and sees that it stays as it is. */
    private static Reading read(byte[] bytes, int length, byte[] behind) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(3 + length + behind.length);
        buffer.position(3);
        buffer.put(bytes, 0, length).put(behind).flip().position(3);
        Reading reading = ProxyProtocolHeader.read(buffer);
        assertThat(buffer.position()).isEqualTo(3);
        assertThat(buffer.remaining()).isEqualTo(length + behind.length);
        return reading;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
