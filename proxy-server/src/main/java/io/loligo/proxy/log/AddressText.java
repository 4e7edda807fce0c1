package io.loligo.proxy.log;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Addresses as the logs and the manager pages print them: dotted IPv4, IPv6 in the short form of RFC 5952 §4. */
public final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {}

    public static String of(InetAddress address) {
        return address instanceof Inet6Address six ? shortForm(six.getAddress()) : address.getHostAddress();
    }

    /** {@code ADDRESS:PORT}; an IPv6 address stands in brackets. RFC 3986 §3.2.2. */
    public static String of(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        String text = of(host);
        return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + address.getPort();
    }

    private static String shortForm(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        int gap = -1;
        int gapLength = 1; // §4.2.2: one group of zeros is not shortened
        for (int i = 0; i < GROUPS; i++) {
            int zeros = 0;
            while (i + zeros < GROUPS && groups[i + zeros] == 0) {
                zeros++;
            }
            if (zeros > gapLength) {
                gap = i;
                gapLength = zeros;
            }
        }
        StringBuilder text = new StringBuilder(39);
        int i = 0;
        while (i < GROUPS) {
            if (i == gap) {
                text.append("::");
                i += gapLength;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
                i++;
            }
        }
        return text.toString();
    }
}
