package dev.ipgate.http2;

import java.util.Arrays;

/** The fields that a client has told to remember (RFC 7541 section 2.3.2), the last one first. */
final class HeaderTable {

    static final int MOST_BYTES = 4096; // the protocol's default, which we leave

    private HeaderField[] fields = new HeaderField[8]; // a ring; its length is a power of two
    private int newest;
    private int count;
    private int bytes;
    private int limit = MOST_BYTES;

    /** @param index from 1, which is the field that was added last */
    HeaderField get(int index) throws ConnectionException {
        if (index > count) {
            throw new ConnectionException(ErrorCode.COMPRESSION_ERROR, "an index leads to no header field");
        }
        return fields[(newest + index - 1) & (fields.length - 1)];
    }

    void add(HeaderField field) {
        shrinkTo(limit - field.size()); // all go for one that is larger than the table
        if (field.size() > limit) {
            return;
        }
        if (count == fields.length) {
            grow();
        }
        newest = (newest - 1) & (fields.length - 1);
        fields[newest] = field;
        count++;
        bytes += field.size();
    }

    private void grow() {
        HeaderField[] larger = new HeaderField[2 * fields.length];
        for (int i = 0; i < count; i++) {
            larger[i] = fields[(newest + i) & (fields.length - 1)];
        }
        fields = larger;
        newest = 0;
    }

    /** Holds so many bytes at most from now on. */
    void setLimit(int most) throws ConnectionException {
        if (most > MOST_BYTES) {
            throw new ConnectionException(ErrorCode.COMPRESSION_ERROR, "a header table larger than agreed");
        }
        limit = most;
        shrinkTo(most);
        if (count == 0) {
            Arrays.fill(fields, null);
        }
    }

    private void shrinkTo(int most) {
        while (count > 0 && bytes > most) {
            int oldest = (newest + --count) & (fields.length - 1);
            bytes -= fields[oldest].size();
        }
    }
}
