package dev.ipgate.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ipgate.net.IpAddress;
import java.nio.ByteBuffer;

/** PROXY headers as balancers write them, byte for byte from HAProxy's doc/proxy-protocol.txt. */
public final class ProxyHeaders {

    public static final int LOCAL = 0x20;
    public static final int PROXY = 0x21;
    public static final int UNSPEC = 0x00;
    public static final int TCP4 = 0x11;
    public static final int TCP6 = 0x21;
    public static final int UNIX = 0x31;

    static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(ISO_8859_1);

    private ProxyHeaders() {}

    /** Version 2 with these bytes behind its length, which is theirs. */
    public static byte[] version2(int versionAndCommand, int family, byte[] rest) {
        return ByteBuffer.allocate(16 + rest.length)
                .put(SIGNATURE)
                .put((byte) versionAndCommand)
                .put((byte) family)
                .putShort((short) rest.length)
                .put(rest)
                .array();
    }

    /** The addresses and ports of a connection from a client to 192.0.2.1 or 2001:db8::1, and what is appended to them. */
    public static byte[] addresses(String client, byte... appended) {
        byte[] source = IpAddress.parse(client).toInetAddress().getAddress();
        byte[] target = IpAddress.parse(source.length == 4 ? "192.0.2.1" : "2001:db8::1")
                .toInetAddress()
                .getAddress();
        return ByteBuffer.allocate(2 * source.length + 4 + appended.length)
                .put(source)
                .put(target)
                .putShort((short) 50_000)
                .putShort((short) 443)
                .put(appended)
                .array();
    }
}
