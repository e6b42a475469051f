package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Takes well-formed requests of HTTP/1.1 apart, in whatever pieces they come, and has them sent over HTTP/2. */
final class Http1Requests {

    private static final Set<String> OF_ONE_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host");

    private enum At {
        HEAD,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS
    }

    private final Http2Bridge bridge;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream(); // of a head, or a line
    private At at = At.HEAD;
    private int stream;
    private long left; // of a body, or a chunk

    Http1Requests(Http2Bridge bridge) {
        this.bridge = bridge;
    }

    void take(byte[] bytes, int from, int length) throws IOException {
        int end = from + length;
        for (int i = from; i < end; ) {
            if (at == At.BODY || at == At.CHUNK) {
                int size = (int) Math.min(left, end - i);
                left -= size;
                bridge.data(stream, bytes, i, size, at == At.BODY && left == 0);
                i += size;
                if (left == 0) {
                    at = at == At.BODY ? At.HEAD : At.CHUNK_END;
                }
            } else {
                text.write(bytes[i++]);
                takeText(text.toString(ISO_8859_1));
            }
        }
    }

    private void takeText(String soFar) throws IOException {
        boolean whole = (at == At.HEAD || at == At.TRAILERS)
                ? soFar.endsWith("\r\n\r\n") || (at == At.TRAILERS && soFar.equals("\r\n"))
                : soFar.endsWith("\r\n");
        if (!whole) {
            return;
        }
        text.reset();
        switch (at) {
            case HEAD -> head(soFar.split("\r\n"));
            case CHUNK_SIZE -> {
                left = Long.parseLong(soFar.strip().replaceAll(";.*", ""), 16);
                at = left == 0 ? At.TRAILERS : At.CHUNK;
            }
            case CHUNK_END -> at = At.CHUNK_SIZE;
            case TRAILERS -> trailers(soFar);
            default -> throw new IllegalStateException(at.name());
        }
    }

    private void head(String[] lines) throws IOException {
        String[] words = lines[0].split(" ", -1);
        List<String> fields =
                new ArrayList<>(List.of(":method", words[0], ":scheme", bridge.scheme(), ":path", words[1]));
        List<String> hosts = values(lines, "host");
        if (hosts.size() == 1) {
            fields.addAll(List.of(":authority", hosts.get(0)));
        }
        Set<String> dropped = new HashSet<>(OF_ONE_CONNECTION);
        for (String options : values(lines, "connection")) {
            dropped.addAll(List.of(options.toLowerCase(Locale.ROOT).split("[ ,]+")));
        }
        for (int i = 1; i < lines.length; i++) {
            if (!dropped.contains(name(lines[i]))) {
                fields.addAll(List.of(name(lines[i]), value(lines[i])));
            }
        }
        if (hosts.size() > 1) {
            hosts.forEach(host -> fields.addAll(List.of("host", host)));
        }
        List<String> lengths = values(lines, "content-length");
        boolean chunked = !values(lines, "transfer-encoding").isEmpty();
        left = lengths.isEmpty() || chunked ? 0 : Long.parseLong(lengths.get(0));
        boolean last = dropped.contains("close");
        byte[] block = Http2Client.block(fields.toArray(new String[0]));
        stream = bridge.request(words[0], block, left == 0 && !chunked, last);
        at = chunked ? At.CHUNK_SIZE : left > 0 ? At.BODY : At.HEAD;
    }

    private void trailers(String lines) throws IOException {
        at = At.HEAD;
        if (lines.equals("\r\n")) {
            bridge.data(stream, new byte[0], 0, 0, true);
            return;
        }
        List<String> fields = new ArrayList<>();
        for (String line : lines.split("\r\n", 0)) {
            fields.addAll(List.of(name(line), value(line)));
        }
        bridge.headers(stream, Http2Client.block(fields.toArray(new String[0])), true);
    }

    private static List<String> values(String[] lines, String name) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            if (name(lines[i]).equals(name)) {
                values.add(value(lines[i]));
            }
        }
        return values;
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }
}
