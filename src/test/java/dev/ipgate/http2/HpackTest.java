package dev.ipgate.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.http.HeaderNames;
import io.undertow.protocols.http2.HPackHuffman;
import io.undertow.protocols.http2.HpackException;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Header compression: the examples of RFC 7541, Undertow's own as the oracle, and what is no block. */
class HpackTest {

    private final HpackDecoder decoder = new HpackDecoder(new HeaderNames());

    private String decode(String hex) throws ConnectionException {
        return decode(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private String decode(byte[] block) throws ConnectionException {
        List<String> fields = new ArrayList<>();
        decoder.decode(block, 0, block.length, field -> fields.add(field.name() + "=" + field.value()));
        return String.join(" ", fields);
    }

    @Test
    void readsTheRequestsOfAppendixC3() throws ConnectionException {
        assertThat(decode("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"))
                .isEqualTo(":method=GET :scheme=http :path=/ :authority=www.example.com");
        assertThat(decode("8286 84be 5808 6e6f 2d63 6163 6865"))
                .isEqualTo(":method=GET :scheme=http :path=/ :authority=www.example.com cache-control=no-cache");
        assertThat(decode("8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"))
                .isEqualTo(":method=GET :scheme=https :path=/index.html :authority=www.example.com"
                        + " custom-key=custom-value");
    }

    @Test
    void readsTheRequestsOfAppendixC4InHuffmanCode() throws ConnectionException {
        assertThat(decode("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff")).endsWith(":authority=www.example.com");
        assertThat(decode("8286 84be 5886 a8eb 1064 9cbf")).endsWith("www.example.com cache-control=no-cache");
        assertThat(decode("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"))
                .endsWith("www.example.com custom-key=custom-value");
    }

    @ParameterizedTest
    @CsvSource({
        "80, index 0",
        "be, an empty table",
        "ff80, cut",
        "ffffffffff0f, overlong number",
        "7f, a name's index that is cut",
        "00, nothing behind",
        "0003, a name that is cut",
        "000161, no value",
        "00016105, a value that is cut",
        "3fe21f, a table of 4097 bytes",
        "8220, a table's size behind a field",
        "0001618200, a Huffman text padded with zeros",
        "000161821fff, padding of a whole byte",
        "00016184ffffffff, the end of string within a text"
    })
    void whatIsNoBlockEndsTheConnection(String hex) {
        assertThatThrownBy(() -> decode(hex))
                .isInstanceOfSatisfying(
                        ConnectionException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMPRESSION_ERROR));
    }

    @Test
    void aTableForgetsTheOldest() throws ConnectionException {
        decode("3f a1 01".replace(" ", "") + "4001610162".repeat(1)); // 192 bytes: five entries of 34
        for (String name : List.of("63", "64", "65", "66", "67")) {
            decode("4001" + name + "0162");
        }
        assertThat(decode("be")).isEqualTo("g=b");
        assertThat(decode("c2")).isEqualTo("c=b");
        assertThatThrownBy(() -> decode("c3")).isInstanceOf(ConnectionException.class);
        decode("20");
        assertThatThrownBy(() -> decode("be")).isInstanceOf(ConnectionException.class);
    }

    @Test
    void readsWhatUndertowWrites() throws ConnectionException {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            byte[] text = new byte[random.nextInt(60)];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) (random.nextInt(4) > 0 ? ' ' + random.nextInt(95) : random.nextInt(256));
            }
            String value = new String(text, ISO_8859_1);
            ByteBuffer huffman = ByteBuffer.allocate(4 * value.length() + 10);
            if (!HPackHuffman.encode(huffman, value, false)) {
                continue;
            }
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(new byte[] {0, 1, 'a'});
            block.write(huffman.array(), 0, huffman.position());
            assertThat(decode(block.toByteArray())).isEqualTo("a=" + value);
        }
    }

    @Test
    void undertowReadsWhatWeWrite() throws HpackException {
        io.undertow.protocols.http2.HpackDecoder theirs = new io.undertow.protocols.http2.HpackDecoder();
        List<String> fields = new ArrayList<>();
        theirs.setHeaderEmitter((name, value, never) -> fields.add(name + "=" + value));
        HpackEncoder ours = new HpackEncoder();
        HeaderMap headers = new HeaderMap();
        headers.put(new HttpString("Content-Type"), "text/plain");
        headers.put(new HttpString("X-Long"), "l".repeat(5000));
        headers.put(new HttpString("Connection"), "close");
        headers.put(new HttpString("Transfer-Encoding"), "chunked");
        for (int status : new int[] {200, 204, 206, 304, 400, 404, 500, 103, 403, 999}) {
            fields.clear();
            ours.start(status == 200).status(status).fields(headers);
            theirs.decode(ByteBuffer.wrap(ours.bytes(), 0, ours.length()), false);
            assertThat(fields)
                    .containsExactlyInAnyOrder(
                            ":status=" + status, "content-type=text/plain", "x-long=" + "l".repeat(5000));
        }
    }
}
