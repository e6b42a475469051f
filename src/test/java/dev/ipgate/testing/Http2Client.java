package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection in the clear, over which a test sends exactly the frames that it wants to. */
public final class Http2Client implements AutoCloseable {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;

    private static final int FIRST_WINDOW = 65_535; // RFC 9113 section 6.9.2
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int PATIENCE_MILLIS = 20_000;

    /** One frame. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares frames
    public record Frame(int type, int flags, int stream, byte[] payload) {

        public boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /** The first number in it, such as the code of RST_STREAM. */
        public int number() {
            return ByteBuffer.wrap(payload).getInt();
        }

        /** The code of GOAWAY. */
        public int code() {
            return ByteBuffer.wrap(payload).getInt(4);
        }
    }

    /** What has come for one stream. */
    public static final class Answer {
        private final Map<String, String> headers = new LinkedHashMap<>(); // of the last head, trailers included
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final StringBuilder interim = new StringBuilder();
        private boolean ended;
        private int resetCode = -1;

        public int status() {
            return Integer.parseInt(headers.getOrDefault(":status", "0"));
        }

        public @Nullable String header(String name) {
            return headers.get(name);
        }

        public String body() {
            return body.toString(ISO_8859_1);
        }

        /** The interim answers, each with its headers. */
        public String interim() {
            return interim.toString();
        }

        /** The code that it was reset with; -1 if it was not. */
        public int resetCode() {
            return resetCode;
        }

        public boolean isEnded() {
            return ended;
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final HpackDecoder decoder = new HpackDecoder();
    private final Map<Integer, Answer> answers = new HashMap<>();
    private final Map<Integer, Integer> windows = new HashMap<>();
    private final Map<Integer, Integer> sent = new HashMap<>(); // bytes of bodies, by stream; in all for 0
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    private boolean batching;
    private boolean widens = true;
    private @Nullable Frame goAway;

    private Http2Client(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** Connects, and says what a client says first. */
    public static Http2Client connect(InetSocketAddress server) throws IOException {
        return connectSilently(server).send(PREFACE).frame(SETTINGS, 0, 0);
    }

    /** Connects, and says nothing. */
    public static Http2Client connectSilently(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(server, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new Http2Client(socket);
    }

    public Socket socket() {
        return socket;
    }

    /** Leaves the server's windows as they are from now on. */
    public Http2Client widensNothing() {
        widens = false;
        return this;
    }

    // ---- saying -----------------------------------------------------------------------------------------------------

    public Http2Client send(byte[] bytes) throws IOException {
        if (batching) {
            batch.write(bytes);
        } else {
            out.write(bytes);
            out.flush();
        }
        return this;
    }

    /** Keeps what is said from now on, until {@link #flush}, to say it in one piece. */
    public Http2Client hold() {
        batching = true;
        return this;
    }

    public Http2Client flush() throws IOException {
        batching = false;
        byte[] all = batch.toByteArray();
        batch.reset();
        return send(all);
    }

    public static byte[] bytesOf(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putShort((short) (payload.length >> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    public Http2Client frame(int type, int flags, int stream, byte... payload) throws IOException {
        return send(bytesOf(type, flags, stream, payload));
    }

    /** A frame that holds a number. */
    public Http2Client number(int type, int stream, int number) throws IOException {
        return frame(type, 0, stream, ByteBuffer.allocate(4).putInt(number).array());
    }

    public Http2Client data(int stream, int flags, String body) throws IOException {
        sent.merge(0, body.length(), Integer::sum);
        sent.merge(stream, body.length(), Integer::sum);
        return frame(DATA, flags, stream, body.getBytes(ISO_8859_1));
    }

    /** A part of a body, in as many pieces as the server has room for, each when it has. */
    public Http2Client upload(int stream, int flags, String body) throws IOException {
        int at = 0;
        while (room(stream) < body.length() - at) {
            int size = Math.min(room(stream), 16_384);
            if (size > 0) {
                data(stream, 0, body.substring(at, at + size));
                at += size;
            } else {
                boolean held = batching;
                flush(); // the room comes from what waits
                read();
                batching = held;
            }
        }
        return data(stream, flags, body.substring(at));
    }

    /** Bytes of a body that the server takes now; what it has said that was not read yet is not known. */
    public int room(int stream) {
        return FIRST_WINDOW + Math.min(windowOf(0) - sent(0), windowOf(stream) - sent(stream));
    }

    private int sent(int stream) {
        return sent.getOrDefault(stream, 0);
    }

    /** A setting. */
    public Http2Client setting(int id, int value) throws IOException {
        return frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) id).putInt(value).array());
    }

    /** A request without a body, in one frame; headers are in pairs. */
    public Http2Client get(int stream, String path, String... headers) throws IOException {
        return request(stream, END_STREAM, "GET", path, headers);
    }

    /** A request's head, in one frame. */
    public Http2Client request(int stream, int flags, String method, String path, String... headers)
            throws IOException {
        return frame(HEADERS, flags | END_HEADERS, stream, head(method, path, headers));
    }

    /** A block of a usual head. */
    public static byte[] head(String method, String path, String... headers) {
        String[] all = new String[8 + headers.length];
        System.arraycopy(
                new String[] {":method", method, ":scheme", "http", ":authority", "localhost", ":path", path},
                0,
                all,
                0,
                8);
        System.arraycopy(headers, 0, all, 8, headers.length);
        return block(all);
    }

    /** A block of literals, names and values in turn. */
    public static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            text(block, fields[i]);
            text(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void text(ByteArrayOutputStream to, String text) {
        int length = text.length();
        if (length < 127) {
            to.write(length);
        } else {
            to.write(127);
            int rest = length - 127;
            for (; rest >= 128; rest >>>= 7) {
                to.write((rest & 127) | 128);
            }
            to.write(rest);
        }
        to.writeBytes(text.getBytes(ISO_8859_1));
    }

    // ---- hearing ----------------------------------------------------------------------------------------------------

    /** The next frame; what it says of an answer is kept. */
    public Frame read() throws IOException {
        byte[] head = in.readNBytes(9);
        if (head.length < 9) {
            throw new EOFException("the connection has ended" + (goAway == null ? "" : " with " + goAway.code()));
        }
        ByteBuffer numbers = ByteBuffer.wrap(head);
        int length = numbers.getInt() >>> 8;
        Frame frame = new Frame(head[3], head[4], numbers.getInt(5), in.readNBytes(length));
        switch (frame.type()) {
            case HEADERS, CONTINUATION -> takeHeaders(frame);
            case DATA -> takeData(frame);
            case RST_STREAM -> {
                answerOf(frame.stream()).resetCode = frame.number();
            }
            case SETTINGS -> {
                if (!frame.has(ACK)) {
                    frame(SETTINGS, ACK, 0);
                }
            }
            case GOAWAY -> goAway = frame;
            case WINDOW_UPDATE -> windows.merge(frame.stream(), frame.number(), Integer::sum);
            default -> {}
        }
        return frame;
    }

    private Answer answerOf(int stream) {
        return answers.computeIfAbsent(stream, id -> new Answer());
    }

    private void takeHeaders(Frame frame) throws IOException {
        Answer answer = answerOf(frame.stream());
        answer.ended |= frame.type() == HEADERS && frame.has(END_STREAM);
        block.writeBytes(frame.payload());
        if (!frame.has(END_HEADERS)) {
            return;
        }
        if (answer.status() >= 100 && answer.status() < 200) {
            answer.interim.append(answer.headers);
            answer.headers.clear();
        }
        decoder.setHeaderEmitter((name, value, never) ->
                answer.headers.merge(name.toString(), value, (one, other) -> one + ", " + other));
        try {
            decoder.decode(ByteBuffer.wrap(block.toByteArray()), false);
        } catch (HpackException e) {
            throw new IOException(e);
        }
        block.reset();
    }

    private void takeData(Frame frame) throws IOException {
        Answer answer = answerOf(frame.stream());
        answer.body.writeBytes(frame.payload());
        answer.ended |= frame.has(END_STREAM);
        if (widens && frame.payload().length > 0) {
            number(WINDOW_UPDATE, 0, frame.payload().length);
            if (!answer.ended) {
                number(WINDOW_UPDATE, frame.stream(), frame.payload().length);
            }
        }
    }

    /** What the server has widened a stream's window by. */
    public int windowOf(int stream) {
        return windows.getOrDefault(stream, 0);
    }

    /** What has come for a stream so far. */
    public Answer soFar(int stream) {
        return answerOf(stream);
    }

    /** Reads until a stream's answer is complete, or is cut off. */
    public Answer answer(int stream) throws IOException {
        Answer answer = answerOf(stream);
        while (!answer.ended && answer.resetCode < 0) {
            read();
        }
        return answer;
    }

    /** Reads until a stream is reset; returns the code. */
    public int awaitReset(int stream) throws IOException {
        Answer answer = answerOf(stream);
        while (answer.resetCode < 0) {
            read();
        }
        return answer.resetCode;
    }

    /** Reads to the end of the connection; returns the code of the last GOAWAY, or -1 if there was none. */
    public int awaitEnd() throws IOException {
        try {
            while (true) {
                read();
            }
        } catch (EOFException | java.net.SocketException e) {
            return goAway == null ? -1 : goAway.code();
        }
    }

    /** Asks for a sign of life, and reads until it comes. */
    public Http2Client ping() throws IOException {
        frame(PING, 0, 0, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        while (true) {
            Frame frame = read();
            if (frame.type() == PING && frame.has(ACK)) {
                return this;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
