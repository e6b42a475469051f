package dev.ipgate.config;

import dev.ipgate.net.IpAddress;

/** The bytes of an address in network order, read from its canonical text. */
final class AddressBytes {

    private AddressBytes() {}

    /** 4 bytes for IPv4, 16 for IPv6. */
    static byte[] of(IpAddress address) {
        String text = address.toString();
        return address.isIpv4() ? numbers(text, "\\.", 10, 1) : ipv6(text);
    }

    private static byte[] ipv6(String text) {
        byte[] bytes = new byte[16];
        int gap = text.indexOf("::");
        byte[] head = numbers(gap < 0 ? text : text.substring(0, gap), ":", 16, 2);
        byte[] tail = gap < 0 ? new byte[0] : numbers(text.substring(gap + 2), ":", 16, 2);
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
        return bytes;
    }

    private static byte[] numbers(String text, String separator, int radix, int width) {
        String[] parts = text.isEmpty() ? new String[0] : text.split(separator, -1);
        byte[] bytes = new byte[parts.length * width];
        for (int i = 0; i < bytes.length; i++) {
            int number = Integer.parseInt(parts[i / width], radix);
            bytes[i] = (byte) (number >> (8 * (width - 1 - i % width)));
        }
        return bytes;
    }
}
