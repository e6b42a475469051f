package dev.ipgate.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A DNS server on loopback, UDP and TCP on the same port, that answers what a test has told it to. */
public final class DnsServer implements AutoCloseable {

    /** What is answered to one question. */
    private record Script(int rcode, List<String> records, boolean truncated) {}

    private static final int LARGEST = 65535;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Map<String, Boolean> silent = new ConcurrentHashMap<>();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger overTcp = new AtomicInteger();

    private DnsServer(DatagramSocket udp, ServerSocket tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    public static DnsServer start() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        while (true) {
            ServerSocket tcp = new ServerSocket(0, 50, loopback);
            try {
                DnsServer server = new DnsServer(new DatagramSocket(tcp.getLocalPort(), loopback), tcp);
                start(server::serveUdp);
                start(server::serveTcp);
                return server;
            } catch (IOException e) { // the port is taken for UDP
                tcp.close();
            }
        }
    }

    private static void start(Runnable loop) {
        Thread thread = new Thread(loop, "scripted-dns");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort());
    }

    /** As the conf file has it. */
    public String text() {
        return "127.0.0.1:" + tcp.getLocalPort();
    }

    /**
     * Answers a name from now on; the other family has none.
     *
     * @param records as zone files have them: {@code home.test. 60 IN A 192.0.2.1}
     */
    public DnsServer says(String name, String... records) {
        return saysTo(name, "A", records).saysTo(name, "AAAA", records);
    }

    /** Answers one type of question. */
    public DnsServer saysTo(String name, String type, String... records) {
        return script(name, type, new Script(Rcode.NOERROR, List.of(records), false));
    }

    /** The same where it does not fit into a datagram. */
    public DnsServer saysOverTcp(String name, String type, String... records) {
        return script(name, type, new Script(Rcode.NOERROR, List.of(records), true));
    }

    /** Answers that it cannot or will not. */
    public DnsServer fails(String name, String type, int rcode) {
        return script(name, type, new Script(rcode, List.of(), false));
    }

    /** Says nothing to one type of question from now on. */
    public DnsServer isSilent(String name, String type) {
        silent.put(key(name, type), true);
        return this;
    }

    private DnsServer script(String name, String type, Script script) {
        scripts.put(key(name, type), script);
        silent.remove(key(name, type));
        return this;
    }

    private static String key(String name, String type) {
        return name + ". " + type;
    }

    public int questions() {
        return questions.get();
    }

    public int overTcp() {
        return overTcp.get();
    }

    private void serveUdp() {
        byte[] buffer = new byte[LARGEST];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()), false);
                if (answer != null) {
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed, or not DNS
            }
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try (Socket socket = tcp.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte[] question = new byte[in.readUnsignedShort()];
                in.readFully(question);
                overTcp.incrementAndGet();
                byte[] answer = answer(question, true);
                if (answer != null) {
                    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                    out.writeShort(answer.length);
                    out.write(answer);
                    out.flush();
                }
            } catch (IOException e) {
                // closed, or not DNS
            }
        }
    }

    private byte @Nullable [] answer(byte[] bytes, boolean isTcp) throws IOException {
        Message question = new Message(bytes);
        Record asked = question.getQuestion();
        questions.incrementAndGet();
        String key = asked.getName() + " " + Type.string(asked.getType());
        if (silent.containsKey(key)) {
            return null;
        }
        Script script = scripts.getOrDefault(key, new Script(Rcode.NXDOMAIN, List.of(), false));
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.getHeader().setRcode(script.rcode());
        answer.addRecord(asked, Section.QUESTION);
        if (script.truncated() && !isTcp) {
            answer.getHeader().setFlag(Flags.TC);
        } else {
            for (String record : script.records()) {
                Record parsed = record(record);
                if (parsed.getType() == asked.getType() || parsed.getType() == Type.CNAME) {
                    answer.addRecord(parsed, Section.ANSWER);
                }
            }
        }
        return answer.toWire(LARGEST);
    }

    private static Record record(String text) throws IOException {
        String[] words = text.split(" ", 5); // name, TTL, class, type, data
        return Record.fromString(
                Name.fromString(words[0]), Type.value(words[3]), 1, Long.parseLong(words[1]), words[4], Name.root);
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
