package dev.ipgate.tls;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** As much of DER (X.690) as it takes to put an old form of private key into PKCS#8. */
final class Der {

    /** Thrown where bytes are not what they should be. */
    static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xA0; // of ECPrivateKey, RFC 5915 section 3
    private static final byte[] VERSION = {INTEGER, 1, 0};
    private static final byte[] RSA = { // rsaEncryption, 1.2.840.113549.1.1.1, with NULL
        SEQUENCE, 13, 6, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0
    };
    private static final byte[] EC = {6, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1}; // id-ecPublicKey

    private Der() {}

    /** PKCS#8 of PKCS#1. */
    static byte[] wrapRsa(byte[] pkcs1) {
        return element(SEQUENCE, VERSION, RSA, element(OCTET_STRING, pkcs1));
    }

    /** PKCS#8 of SEC1, which names its curve in its parameters. */
    static byte[] wrapEc(byte[] sec1) throws MalformedException {
        ByteBuffer fields = content(ByteBuffer.wrap(sec1), SEQUENCE);
        content(fields, INTEGER);
        content(fields, OCTET_STRING);
        ByteBuffer curve = content(fields, PARAMETERS);
        byte[] oid = new byte[curve.remaining()];
        curve.get(oid);
        return element(SEQUENCE, VERSION, element(SEQUENCE, EC, oid), element(OCTET_STRING, sec1));
    }

    /** The content of the next element, which must have this tag; the reader stands behind it then. */
    private static ByteBuffer content(ByteBuffer from, int tag) throws MalformedException {
        try {
            int found = from.get() & 0xFF;
            int length = from.get() & 0xFF;
            if (length > 0x80) {
                int bytes = length - 0x80;
                length = 0;
                for (int i = 0; i < bytes; i++) {
                    length = length << 8 | (from.get() & 0xFF);
                }
            }
            if (found != tag || length < 0 || length > from.remaining()) {
                throw new MalformedException("no element of tag " + tag);
            }
            ByteBuffer content = from.slice(from.position(), length);
            from.position(from.position() + length);
            return content;
        } catch (BufferUnderflowException e) {
            throw new MalformedException("an element is cut off");
        }
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (length < 0x80) {
            whole.write(length);
        } else {
            int bytes = length > 0xFFFF ? 3 : length > 0xFF ? 2 : 1;
            whole.write(0x80 + bytes);
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
                whole.write(length >> shift);
            }
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}
