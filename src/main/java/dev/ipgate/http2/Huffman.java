package dev.ipgate.http2;

/** The Huffman code of header fields (RFC 7541 section 5.2 and appendix B). */
final class Huffman {

    /*
     * The code is a canonical one: the lengths of its codes say all. It is read four bits at a time, and since no code is
     * shorter than five, four bits never end two symbols. For each place within the code and each four bits there is an
     * entry that tells where they lead.
     */

    // spotless:off
    private static final byte[] LENGTHS = { // bits of the code for each byte, and for the end of the text
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28,
                28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23,
                22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
                23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
                28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
                27, 27, 27, 26,
        30
    };
    // spotless:on

    private static final int END_OF_STRING = 256;
    private static final int PLACES = 256; // inner nodes of the tree
    private static final int EMITS = 0x1_0000; // the symbol is in the bits above those of the place
    private static final int FAILS = 0x2_0000;
    private static final int[] TABLE = new int[PLACES * 16];
    private static final boolean[] MAY_END = new boolean[PLACES]; // what is left over is padding there

    static {
        int[][] children = tree();
        for (int place = 0; place < PLACES; place++) {
            for (int bits = 0; bits < 16; bits++) {
                TABLE[(place << 4) | bits] = entry(children, place, bits);
            }
        }
        int place = 0;
        for (int ones = 0; ones < 8; ones++) { // the first bits of the end of string, which are ones
            MAY_END[place] = true;
            place = children[place][1];
        }
    }

    private Huffman() {}

    /** For each inner node where each bit leads: to another one, or to the complement of a symbol. */
    private static int[][] tree() {
        int[][] children = new int[PLACES][2];
        int nodes = 1;
        int code = 0;
        for (int length = 1; length <= 30; length++) {
            for (int symbol = 0; symbol <= END_OF_STRING; symbol++) {
                if (LENGTHS[symbol] != length) {
                    continue;
                }
                int node = 0;
                for (int bit = length - 1; bit > 0; bit--) {
                    int way = (code >>> bit) & 1;
                    if (children[node][way] == 0) {
                        children[node][way] = nodes++;
                    }
                    node = children[node][way];
                }
                children[node][code & 1] = ~symbol;
                code++;
            }
            code <<= 1;
        }
        return children;
    }

    private static int entry(int[][] children, int from, int bits) {
        int place = from;
        int emitted = 0;
        for (int bit = 3; bit >= 0; bit--) {
            int next = children[place][(bits >>> bit) & 1];
            if (next < 0) {
                if (~next == END_OF_STRING) {
                    return FAILS;
                }
                emitted = EMITS | (~next << 8);
                next = 0;
            }
            place = next;
        }
        return emitted | place;
    }

    /** Bytes that so many bytes may become. */
    static int mostDecoded(int bytes) {
        return bytes * 8 / 5 + 1;
    }

    /**
     * Decodes a text.
     *
     * @param to has room for {@link #mostDecoded}
     * @return bytes of the text
     * @throws ConnectionException if it is padded wrongly, or ends before its end
     */
    static int decode(byte[] from, int start, int end, byte[] to) throws ConnectionException {
        int length = 0;
        int place = 0;
        for (int i = start; i < end; i++) {
            int high = TABLE[(place << 4) | ((from[i] >> 4) & 0xF)];
            if ((high & EMITS) != 0) {
                to[length++] = (byte) (high >> 8);
            }
            int low = TABLE[((high & 0xFF) << 4) | (from[i] & 0xF)];
            if ((low & EMITS) != 0) {
                to[length++] = (byte) (low >> 8);
            }
            if (((high | low) & FAILS) != 0) {
                throw new ConnectionException(ErrorCode.COMPRESSION_ERROR, "a Huffman text goes on after its end");
            }
            place = low & 0xFF;
        }
        if (!MAY_END[place]) {
            throw new ConnectionException(ErrorCode.COMPRESSION_ERROR, "a Huffman text is cut short");
        }
        return length;
    }
}
