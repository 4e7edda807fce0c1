package io.loligo.proxy.config;

import io.loligo.proxy.access.AddressLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * client_netmask: how much of a client's address the logs show. Immutable. As in Squid a loopback address is shown whole,
 * and so is an IPv6 address where the line has no IPv6 mask.
 *
 * @param four the mask of IPv4 addresses, or null
 * @param six the mask of IPv6 addresses, or null
 */
public record ClientMask(
        @Nullable InetAddress four, @Nullable InetAddress six) {
    /** Addresses are shown whole. */
    public static final ClientMask NONE = new ClientMask(null, null);

    /** {@code address} without the bits that are not in the mask. */
    public InetAddress of(InetAddress address) {
        InetAddress mask = address instanceof Inet4Address ? four : six;
        if (mask == null || address.isLoopbackAddress()) {
            return address;
        }
        byte[] bytes = address.getAddress();
        byte[] kept = mask.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] &= kept[i];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /** Reads {@code MASK}, {@code /BITS} or an IPv6 mask, in any order, or {@code no_addr}; empty for anything else. */
    static Optional<ClientMask> parse(List<String> words) {
        InetAddress four = null;
        InetAddress six = null;
        if (words.equals(List.of("no_addr")) || words.equals(List.of("none"))) {
            return Optional.of(NONE);
        }
        for (String word : words) {
            InetAddress mask = mask(word);
            if (mask == null || (mask instanceof Inet4Address ? four : six) != null) {
                return Optional.empty();
            }
            if (mask instanceof Inet4Address) {
                four = mask;
            } else {
                six = mask;
            }
        }
        return words.isEmpty() ? Optional.empty() : Optional.of(new ClientMask(four, six));
    }

    private static @Nullable InetAddress mask(String word) {
        if (!word.startsWith("/")) {
            return AddressLiteral.strict(word).orElse(null);
        }
        String digits = word.substring(1);
        if (!Values.isDigits(digits) || digits.length() > 2 || Integer.parseInt(digits) > Integer.SIZE) {
            return null;
        }
        int bits = Integer.parseInt(digits);
        int mask = bits == 0 ? 0 : -1 << (Integer.SIZE - bits);
        try {
            return InetAddress.getByAddress(
                    new byte[] {(byte) (mask >> 24), (byte) (mask >> 16), (byte) (mask >> 8), (byte) mask});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an IPv4 address has 4 bytes", e);
        }
    }
}
