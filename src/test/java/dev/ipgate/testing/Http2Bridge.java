package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Speaks HTTP/1.1 with a test and HTTP/2 with a server, so that what a test says over the one is said over the other: each
 * request is a stream, and each answer comes in the order of the requests. A stream that is reset is to the test a
 * connection that is closed there, and an answer without a length comes in chunks, one for each frame.
 */
final class Http2Bridge {

    private static final int LARGEST = 16_384;
    private static final int WINDOW = 65_535; // what each side begins with
    private static final int WORTH_A_FRAME = 8_192;

    /** One request, and what has come of its answer. */
    private static final class Exchange {
        private final int stream;
        private final boolean headOnly;
        private final boolean last;
        private final Queue<ByteBuffer> unread = new ArrayDeque<>(); // as HTTP/1.1
        private long window;
        private boolean chunked;
        private boolean begun; // the last of its heads
        private boolean ended;
        private boolean reset;

        Exchange(int stream, boolean headOnly, boolean last, long window) {
            this.stream = stream;
            this.headOnly = headOnly;
            this.last = last;
            this.window = window;
        }

        void say(String text) {
            say(text.getBytes(ISO_8859_1));
        }

        void say(byte[] bytes) {
            if (bytes.length > 0) {
                unread.add(ByteBuffer.wrap(bytes));
            }
        }
    }

    private final Socket socket;
    private final InputStream fromServer;
    private final OutputStream toServer; // written to by one at a time, who holds nothing else meanwhile
    private final Http1Requests requests = new Http1Requests(this);

    private final HpackDecoder decoder = new HpackDecoder();
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();

    // guarded by this
    private final Map<Integer, Exchange> exchanges = new HashMap<>();
    private final Queue<Exchange> unread = new ArrayDeque<>(); // whose answers have not been read to their end
    private long initialWindow = WINDOW;
    private long window = WINDOW;
    private int lastStream = -1;
    private boolean over; // nothing comes behind what is unread
    private int consumed; // by the test, since the server was told

    private Http2Bridge(Socket socket) throws IOException {
        this.socket = socket;
        fromServer = new BufferedInputStream(new Patient(socket.getInputStream()));
        toServer = socket.getOutputStream();
    }

    /** Begins to speak HTTP/2 on a connection on which that is agreed. */
    static Http2Bridge over(Socket socket) throws IOException {
        Http2Bridge bridge = new Http2Bridge(socket);
        bridge.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
        bridge.write(Http2Client.bytesOf(Http2Client.SETTINGS, 0, 0));
        Thread thread = new Thread(bridge::readFrames, "HTTP/2 of a test");
        thread.setDaemon(true);
        thread.start();
        return bridge;
    }

    private void write(byte[] bytes) throws IOException {
        synchronized (toServer) {
            toServer.write(bytes);
            toServer.flush();
        }
    }

    // ---- requests ---------------------------------------------------------------------------------------------------

    /** What the server is asked by. */
    String scheme() {
        return socket instanceof SSLSocket ? "https" : "http";
    }

    /** What the test says, as HTTP/1.1. */
    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                requests.take(bytes, from, length);
            }
        };
    }

    /**
     * Begins a request; returns its stream.
     *
     * @param last whether the test expects nothing behind its answer
     */
    int request(String method, byte[] head, boolean ends, boolean last) throws IOException {
        int stream;
        synchronized (this) {
            if (over) {
                throw new SocketException("the connection, or a stream, has been closed");
            }
            lastStream += 2;
            stream = lastStream;
            Exchange exchange = new Exchange(stream, method.equals("HEAD"), last, initialWindow);
            exchanges.put(stream, exchange);
            unread.add(exchange);
        }
        headers(stream, head, ends);
        return stream;
    }

    /** Sends a block of fields, in as many frames as it takes. */
    void headers(int stream, byte[] fields, boolean ends) throws IOException {
        int at = 0;
        int type = Http2Client.HEADERS;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        do {
            int size = Math.min(LARGEST, fields.length - at);
            int flags = at + size == fields.length ? Http2Client.END_HEADERS : 0;
            flags |= ends && type == Http2Client.HEADERS ? Http2Client.END_STREAM : 0;
            all.writeBytes(Http2Client.bytesOf(type, flags, stream, Arrays.copyOfRange(fields, at, at + size)));
            at += size;
            type = Http2Client.CONTINUATION;
        } while (at < fields.length);
        write(all.toByteArray());
    }

    /** Sends a piece of a body, as the server's windows let it; what a closed stream would get is thrown away. */
    void data(int stream, byte[] bytes, int from, int length, boolean ends) throws IOException {
        int at = from;
        int left = length;
        do {
            int size = takeWindow(stream, Math.min(left, LARGEST));
            if (size < 0) {
                return;
            }
            byte[] piece = Arrays.copyOfRange(bytes, at, at + size);
            at += size;
            left -= size;
            int flags = ends && left == 0 ? Http2Client.END_STREAM : 0;
            write(Http2Client.bytesOf(Http2Client.DATA, flags, stream, piece));
        } while (left > 0);
    }

    /** How much of that may be sent, at least some of it; -1 if the stream is closed. */
    private synchronized int takeWindow(int stream, int wanted) throws IOException {
        Exchange exchange = exchanges.get(stream);
        while (exchange != null && !exchange.reset && wanted > 0 && (window <= 0 || exchange.window <= 0)) {
            if (socket.isClosed()) {
                throw new SocketException("closed by the test");
            }
            await(100);
        }
        if (exchange == null || exchange.reset) {
            return -1;
        }
        int size = (int) Math.min(wanted, Math.min(window, exchange.window));
        if (wanted > 0) {
            window -= size;
            exchange.window -= size;
        }
        return Math.max(0, size);
    }

    @SuppressWarnings("WaitNotInLoop") // whoever calls looks again
    private void await(long millis) throws IOException {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    // ---- frames from the server -------------------------------------------------------------------------------------

    private void readFrames() {
        try {
            while (readFrame()) {
                // until the end
            }
        } catch (IOException e) {
            // closed by either side
        } finally {
            synchronized (this) {
                over = true;
                exchanges.values().forEach(exchange -> exchange.reset = true);
                notifyAll();
            }
        }
    }

    private boolean readFrame() throws IOException {
        byte[] head = fromServer.readNBytes(9);
        if (head.length < 9) {
            return false;
        }
        ByteBuffer numbers = ByteBuffer.wrap(head);
        byte[] payload = fromServer.readNBytes(numbers.getInt(0) >>> 8);
        take(new Http2Client.Frame(head[3], head[4], numbers.getInt(5), payload));
        return true;
    }

    private void take(Http2Client.Frame frame) throws IOException {
        switch (frame.type()) {
            case Http2Client.SETTINGS -> {
                if (!frame.has(Http2Client.ACK)) {
                    takeSettings(ByteBuffer.wrap(frame.payload()));
                    write(Http2Client.bytesOf(Http2Client.SETTINGS, Http2Client.ACK, 0));
                }
            }
            case Http2Client.PING -> {
                if (!frame.has(Http2Client.ACK)) {
                    write(Http2Client.bytesOf(Http2Client.PING, Http2Client.ACK, 0, frame.payload()));
                }
            }
            case Http2Client.HEADERS, Http2Client.CONTINUATION -> takeHeaders(frame);
            case Http2Client.DATA -> takeData(frame);
            case Http2Client.WINDOW_UPDATE -> takeWindowUpdate(frame);
            case Http2Client.RST_STREAM -> takeReset(frame);
            default -> {}
        }
    }

    private synchronized void takeSettings(ByteBuffer settings) {
        while (settings.hasRemaining()) {
            int id = settings.getShort();
            int value = settings.getInt();
            if (id == 4) {
                exchanges.values().forEach(exchange -> exchange.window += value - initialWindow);
                initialWindow = value;
            }
        }
        notifyAll();
    }

    private synchronized void takeWindowUpdate(Http2Client.Frame frame) {
        Exchange exchange = exchanges.get(frame.stream());
        if (frame.stream() == 0) {
            window += frame.number();
        } else if (exchange != null) {
            exchange.window += frame.number();
        }
        notifyAll();
    }

    private synchronized void takeReset(Http2Client.Frame frame) {
        Exchange exchange = exchanges.get(frame.stream());
        if (exchange != null) {
            exchange.reset = true;
            over = true;
        }
        notifyAll();
    }

    private synchronized void takeHeaders(Http2Client.Frame frame) throws IOException {
        block.writeBytes(frame.payload());
        Exchange exchange = exchanges.get(frame.stream());
        boolean ends = frame.type() == Http2Client.HEADERS && frame.has(Http2Client.END_STREAM);
        if (exchange != null && ends) {
            exchange.ended = true;
        }
        if (!frame.has(Http2Client.END_HEADERS)) {
            return;
        }
        Map<String, String> fields = new LinkedHashMap<>();
        StringBuilder lines = new StringBuilder();
        decoder.setHeaderEmitter((name, value, never) -> {
            fields.put(name.toString(), value);
            lines.append(name.byteAt(0) == ':' ? "" : name + ": " + value + "\r\n");
        });
        try {
            decoder.decode(ByteBuffer.wrap(block.toByteArray()), false);
        } catch (HpackException e) {
            throw new IOException(e);
        }
        block.reset();
        if (exchange == null) {
            throw new IOException("an answer to nothing, on stream " + frame.stream());
        }
        if (exchange.begun) {
            end(exchange, lines.toString());
        } else {
            begin(exchange, Integer.parseInt(fields.get(":status")), fields.containsKey("content-length"), lines);
        }
        notifyAll();
    }

    private static void begin(Exchange exchange, int status, boolean sized, StringBuilder lines) {
        exchange.begun = status >= 200;
        boolean bodiless = exchange.headOnly || status < 200 || status == 204 || status == 304;
        if (!sized && !bodiless) {
            exchange.chunked = !exchange.ended;
            lines.append(exchange.ended ? "content-length: 0\r\n" : "transfer-encoding: chunked\r\n");
        }
        exchange.say("HTTP/1.1 " + status + " \r\n" + lines + "\r\n");
    }

    private static void end(Exchange exchange, String trailers) {
        if (exchange.chunked) {
            exchange.say("0\r\n" + trailers + "\r\n");
        }
    }

    private synchronized void takeData(Http2Client.Frame frame) throws IOException {
        Exchange exchange = exchanges.get(frame.stream());
        if (exchange == null || !exchange.begun) {
            throw new IOException("a body before its head, on stream " + frame.stream());
        }
        int size = frame.payload().length;
        if (size > 0) {
            exchange.say(exchange.chunked ? Integer.toHexString(size) + "\r\n" : "");
            exchange.say(frame.payload());
            exchange.say(exchange.chunked ? "\r\n" : "");
        }
        if (frame.has(Http2Client.END_STREAM)) {
            exchange.ended = true;
            end(exchange, "");
        }
        notifyAll();
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    /** What the test hears, as HTTP/1.1. */
    InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int from, int length) throws IOException {
                return length == 0 ? 0 : readAnswer(to, from, length);
            }

            @Override
            public int available() {
                synchronized (Http2Bridge.this) {
                    Exchange exchange = unread.peek();
                    ByteBuffer first = exchange == null ? null : exchange.unread.peek();
                    return first == null ? 0 : first.remaining();
                }
            }
        };
    }

    private int readAnswer(byte[] to, int from, int length) throws IOException {
        int count;
        int stream;
        int widen = 0;
        synchronized (this) {
            Exchange exchange = awaitBytes();
            if (exchange == null) {
                return -1;
            }
            ByteBuffer first = exchange.unread.element();
            count = Math.min(length, first.remaining());
            first.get(to, from, count);
            if (!first.hasRemaining()) {
                exchange.unread.remove();
            }
            stream = exchange.stream;
            consumed += count; // heads and chunks' sizes too: a test's windows may be a little too wide
            if (consumed >= WORTH_A_FRAME || exchange.unread.isEmpty()) {
                widen = consumed;
                consumed = 0;
            }
        }
        if (widen > 0 && !over) {
            widen(stream, widen);
        }
        return count;
    }

    private void widen(int stream, int bytes) {
        byte[] number = ByteBuffer.allocate(4).putInt(bytes).array();
        try {
            write(Http2Client.bytesOf(Http2Client.WINDOW_UPDATE, 0, 0, number));
            write(Http2Client.bytesOf(Http2Client.WINDOW_UPDATE, 0, stream, number));
        } catch (IOException e) {
            // the server has closed; what it said before is there to be read
        }
    }

    /** The exchange whose answer comes next, when there is something of it; null at the end of all. */
    private @Nullable Exchange awaitBytes() throws IOException {
        int patience = socket.getSoTimeout();
        long until = System.nanoTime() + patience * 1_000_000L;
        while (true) {
            Exchange exchange = unread.peek();
            if (exchange != null && !exchange.unread.isEmpty()) {
                return exchange;
            }
            if (exchange != null && exchange.ended) {
                unread.remove();
                over |= exchange.last;
                continue;
            }
            if (over) {
                return null;
            }
            long left = (until - System.nanoTime()) / 1_000_000;
            if (patience > 0 && left <= 0) {
                throw new SocketTimeoutException("nothing came");
            }
            await(patience > 0 ? left + 1 : 1000);
        }
    }

    /** Waits for as long as it takes: it is the test that is patient, or is not. */
    private static final class Patient extends InputStream {
        private final InputStream in;

        Patient(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            while (true) {
                try {
                    return in.read(to, from, length);
                } catch (SocketTimeoutException e) {
                    // and again
                } catch (EOFException e) {
                    return -1; // TLS without a farewell
                }
            }
        }
    }
}
