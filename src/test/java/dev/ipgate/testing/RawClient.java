package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** One connection to a server, from a source address of choice, over which a test says exactly what it wants to say. */
public final class RawClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawClient(Socket socket) throws IOException {
        this(socket, new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
    }

    private RawClient(Socket socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = in;
        this.out = out;
    }

    /** Connects from 127.0.0.1, or from ::1 to a server there. */
    public static RawClient connect(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.connect(server, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new RawClient(socket);
    }

    /** Connects from an address of this machine, such as 127.0.0.2. */
    public static RawClient connect(String from, InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(server, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new RawClient(socket);
    }

    /** Speaks TLS from now on, and asks for localhost. */
    public RawClient secure(SSLContext context) throws IOException {
        return new RawClient(handshake(context));
    }

    /** Speaks HTTP/2 over TLS from now on, whatever it is told in HTTP/1.1. */
    public RawClient secureHttp2(SSLContext context) throws IOException {
        SSLSocket secure = handshake(context, "h2");
        if (!"h2".equals(secure.getApplicationProtocol())) {
            throw new IOException("the server does not speak HTTP/2");
        }
        return new RawClient(secure).http2();
    }

    /** Speaks HTTP/2 from now on, whatever it is told in HTTP/1.1. */
    RawClient http2() throws IOException {
        Http2Bridge bridge = Http2Bridge.over(socket);
        return new RawClient(socket, bridge.in(), bridge.out());
    }

    private SSLSocket handshake(SSLContext context, String... protocols) throws IOException {
        SSLSocket secure =
                (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setServerNames(
                List.of(new SNIHostName("localhost"))); // Java asks for no name without a dot by itself
        parameters.setApplicationProtocols(protocols);
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    public Socket socket() {
        return socket;
    }

    public InputStream in() {
        return in;
    }

    /** Sends text as it stands, one byte a character. */
    public RawClient send(String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
        return this;
    }

    public RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** Sends a GET with the given header lines and reads the answer. */
    public RawResponse get(String path, String... headerLines) throws IOException {
        return request("GET", path, headerLines);
    }

    /** Sends a request without a body and reads the answer. A Host is added unless the lines have one. */
    public RawResponse request(String method, String path, String... headerLines) throws IOException {
        return ask(method, path, headerLines).readAnswerTo(method);
    }

    /** Sends the same and leaves the answer to be read. */
    RawClient ask(String method, String path, String... headerLines) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        boolean hasHost = false;
        for (String line : headerLines) {
            hasHost |= line.toLowerCase(Locale.ROOT).startsWith("host:");
            head.append(line).append("\r\n");
        }
        if (!hasHost) {
            head.append("Host: localhost\r\n");
        }
        return send(head.append("\r\n").toString());
    }

    /** Asks for a WebSocket and reads the head of the answer; what follows is on the connection. */
    public RawResponse upgrade(String path, String... headerLines) throws IOException {
        String handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        List<String> lines = new ArrayList<>(List.of(handshake));
        lines.addAll(List.of(headerLines));
        return ask("GET", path, lines.toArray(String[]::new)).readHead();
    }

    /** Reads the answer to a request of this method. */
    public RawResponse readAnswerTo(String method) throws IOException {
        return read(method.equals("HEAD"));
    }

    public RawResponse read() throws IOException {
        return read(false);
    }

    /** Reads the head of an answer; the body stays on the connection. */
    public RawResponse readHead() throws IOException {
        String statusLine = line();
        if (!statusLine.startsWith("HTTP/1.")) {
            throw new IOException("not an answer: " + statusLine);
        }
        Map<String, List<String>> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return new RawResponse(Integer.parseInt(statusLine.substring(9, 12)), statusLine, headers, new byte[0]);
    }

    private RawResponse read(boolean headOnly) throws IOException {
        RawResponse head = readHead();
        String length = head.header("content-length");
        byte[] body;
        if (headOnly || head.status() == 204 || head.status() == 304 || head.status() / 100 == 1) {
            body = new byte[0];
        } else if ("chunked".equalsIgnoreCase(head.header("transfer-encoding"))) {
            body = chunks();
        } else if (length != null) {
            body = in.readNBytes(Integer.parseInt(length));
            if (body.length < Integer.parseInt(length)) {
                throw new EOFException("the body ends after " + body.length + " of " + length + " bytes");
            }
        } else {
            body = in.readAllBytes();
        }
        return new RawResponse(head.status(), head.statusLine(), head.headers(), body);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
            body.write(chunk);
        }
        while (!line().isEmpty()) {
            // trailers
        }
        return body.toByteArray();
    }

    /** Reads one chunk; empty for the last. */
    public byte[] chunk() throws IOException {
        int size = Integer.parseInt(line(), 16);
        byte[] chunk = in.readNBytes(size);
        if (chunk.length < size) {
            throw new EOFException("a chunk ends after " + chunk.length + " of " + size + " bytes");
        }
        if (size > 0) {
            line();
        }
        return chunk;
    }

    /** Reads the trailers that follow the last chunk. */
    public List<String> trailers() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed after \"" + line + "\"");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    /** Everything that still comes until the server closes, one character a byte; a reset ends it too. */
    public String readToEnd() throws IOException {
        StringBuilder rest = new StringBuilder();
        try {
            for (int c = in.read(); c >= 0; c = in.read()) {
                rest.append((char) c);
            }
        } catch (java.net.SocketException e) {
            // a reset ends it too
        }
        return rest.toString();
    }

    /** Whether the server has closed the connection, which is waited for. */
    public boolean isClosedByServer() throws IOException {
        try {
            while (in.read() >= 0) {
                // what comes before the end does not matter
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            return true; // a reset ends it too
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
