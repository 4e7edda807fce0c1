package io.loligo.proxy.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Internet addresses as text. DNS is never asked. */
public final class AddressLiteral {
    /** The longest form of an address: IPv6 with an IPv4 address at its end. */
    private static final int LENGTH_MAX = 45;

    private AddressLiteral() {}

    /**
     * The address that {@code text} spells out in one of the forms in which programs write addresses: IPv4 as four numbers
     * without leading zeros, which some would read as octal, or IPv6 without brackets and zone. RFC 4291 §2.2.
     */
    public static Optional<InetAddress> strict(String text) {
        if (text.length() > LENGTH_MAX || text.startsWith("[") || hasLeadingZero(text)) {
            return Optional.empty();
        }
        return bytes(text).map(AddressLiteral::address);
    }

    /** Whether a number of an IPv4 address begins with a zero that is not all of it. */
    private static boolean hasLeadingZero(String text) {
        for (String part : text.substring(text.lastIndexOf(':') + 1).split("\\.", -1)) {
            if (text.indexOf('.') >= 0 && part.length() > 1 && part.charAt(0) == '0') {
                return true;
            }
        }
        return false;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /** The bytes of an address in digits, an IPv6 one perhaps in brackets: 4 of them, or 16. */
    static Optional<byte[]> bytes(String text) {
        if (text.indexOf(':') >= 0) {
            String address = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
            if (!address.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
                return Optional.empty();
            }
            try {
                return Optional.of(InetAddress.getByName("[" + address + "]").getAddress());
            } catch (UnknownHostException e) {
                return Optional.empty();
            }
        }
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            Optional<Integer> value = number(parts[i], 255);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            bytes[i] = value.get().byteValue();
        }
        return Optional.of(bytes);
    }

    /** A number of at most three digits and at most {@code most}. */
    static Optional<Integer> number(String digits, int most) {
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> '0' <= c && c <= '9')) {
            return Optional.empty();
        }
        int value = Integer.parseInt(digits);
        return value <= most ? Optional.of(value) : Optional.empty();
    }
}
