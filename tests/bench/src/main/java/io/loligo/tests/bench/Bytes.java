package io.loligo.tests.bench;

import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as a command line has it: 4096, 64k, 512m, 2g. */
record Bytes(long count) {
    static Bytes parse(String text) {
        String digits = text.toLowerCase(Locale.ROOT).replaceFirst("[kmg]$", "");
        int shift = switch (text.isEmpty() ? ' ' : text.toLowerCase(Locale.ROOT).charAt(text.length() - 1)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
        };
        if (!digits.matches("[0-9]{1,12}")) {
            throw new TypeConversionException("expected a size such as 4096, 64k, 512m or 2g, found " + text);
        }
        return new Bytes(Long.parseLong(digits) << shift);
    }

    /** For tables: in MB of 2^20 bytes. */
    static String mebi(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MB", bytes / (double) (1 << 20));
    }
}
