package dev.ipgate.http2;

import dev.ipgate.http.HeaderNames;
import io.undertow.util.HttpString;
import java.util.function.Consumer;

/**
 * Reads blocks of header fields (RFC 7541), each of which builds on those before it: one for each connection. A block that
 * cannot be read ends the connection, since nobody knows then what the next one means.
 */
final class HpackDecoder {

    private static final int INDEXED = 0x80;
    private static final int REMEMBERED = 0x40;
    private static final int SIZE_UPDATE = 0x20;

    private final HeaderTable table = new HeaderTable();
    private final HeaderNames names;
    private byte[] text;

    // of the block that is being read
    private byte[] bytes;
    private int at;
    private int end;

    // of the text that was read last
    private byte[] textBytes;
    private int textFrom;
    private int textTo;

    /** @param names where names come from that were met before */
    HpackDecoder(HeaderNames names) {
        this.names = names;
        text = new byte[0];
        bytes = text;
        textBytes = text;
    }

    /** Reads a whole block. */
    void decode(byte[] block, int from, int to, Consumer<HeaderField> fields) throws ConnectionException {
        bytes = block;
        at = from;
        end = to;
        while (at < end && (bytes[at] & 0xE0) == SIZE_UPDATE) { // at the beginning alone (RFC 7541 section 4.2)
            table.setLimit(integer(5));
        }
        while (at < end) {
            fields.accept(next());
        }
        text = textBytes = bytes = new byte[0]; // an idle connection holds no more than its table
    }

    private HeaderField next() throws ConnectionException {
        int first = bytes[at];
        if ((first & INDEXED) != 0) {
            return field(integer(7));
        }
        if ((first & REMEMBERED) != 0) {
            HeaderField field = literal(6);
            table.add(field);
            return field;
        }
        if ((first & SIZE_UPDATE) != 0) {
            throw broken("a header table changes its size within a block");
        }
        return literal(4);
    }

    private HeaderField field(int index) throws ConnectionException {
        if (index == 0) {
            throw broken("an index leads to no header field");
        }
        return index <= StaticTable.SIZE ? StaticTable.get(index) : table.get(index - StaticTable.SIZE);
    }

    private HeaderField literal(int prefix) throws ConnectionException {
        int index = integer(prefix);
        HttpString name;
        if (index == 0) {
            text();
            name = names.of(textBytes, textFrom, textTo);
        } else {
            name = field(index).name();
        }
        text();
        return HeaderField.of(name, latin1(textBytes, textFrom, textTo));
    }

    @SuppressWarnings("deprecation") // the constructor for bytes that are characters as they stand, as Latin-1 is
    private static String latin1(byte[] bytes, int from, int to) {
        return new String(bytes, 0, from, to - from);
    }

    private void text() throws ConnectionException {
        if (at == end) {
            throw broken("a header field is cut short");
        }
        boolean huffman = bytes[at] < 0;
        int length = integer(7);
        if (length > end - at) {
            throw broken("a header field is cut short");
        }
        textBytes = bytes;
        textFrom = at;
        textTo = at + length;
        at += length;
        if (huffman) {
            if (text.length < Huffman.mostDecoded(length)) {
                text = new byte[Math.max(256, Huffman.mostDecoded(length))];
            }
            textTo = Huffman.decode(bytes, textFrom, textTo, text);
            textFrom = 0;
            textBytes = text;
        }
    }

    /** RFC 7541 section 5.1. */
    private int integer(int prefix) throws ConnectionException {
        int most = (1 << prefix) - 1;
        int value = bytes[at++] & most;
        if (value < most) {
            return value;
        }
        for (int shift = 0; shift <= 21; shift += 7) {
            if (at == end) {
                throw broken("a number is cut short");
            }
            int next = bytes[at++];
            value += (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw broken("a number is too large");
    }

    private static ConnectionException broken(String why) {
        return new ConnectionException(ErrorCode.COMPRESSION_ERROR, why);
    }
}
