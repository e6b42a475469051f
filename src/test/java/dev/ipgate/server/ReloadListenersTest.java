package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.testing.Ports;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listeners that come, go and stay with a reload. */
@Timeout(60)
class ReloadListenersTest {

    @TempDir
    private Path folder;

    private static String conf(SocketApp app, String listen) {
        return "listen: " + listen + "\nupstream: " + app.url() + "\nrules: [{allow: 127.0.0.1}]\n";
    }

    @Test
    void theNewAnswersAndTheRemovedRefusesWhileItsRequestFinishes() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        int port = Ports.free("127.0.0.7"); // where nothing else is likely to listen
        try (SocketApp app = SocketApp.start((head, in, out) -> {
                    if (head.startsWith("GET /slow")) {
                        asked.countDown();
                        mayAnswer.await();
                    }
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone".getBytes(ISO_8859_1));
                });
                TestGate gate = TestGate.start(folder, conf(app, "\"127.0.0.1:0\""));
                RawClient slow = gate.connect()) {
            InetSocketAddress removed = gate.address();
            slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
            asked.await();

            assertThat(gate.reload(conf(app, "\"127.0.0.7:" + port + "\"")))
                    .isEqualTo("listening on 127.0.0.7:" + port + ", no longer listening on 127.0.0.1:0");

            assertThat(gate.address()).isEqualTo(new InetSocketAddress("127.0.0.7", port));
            try (RawClient client = gate.connect()) {
                assertThat(client.get("/").body()).isEqualTo("done");
            }
            assertThatThrownBy(() -> RawClient.connect(removed)).isInstanceOf(ConnectException.class);
            mayAnswer.countDown();
            assertThat(slow.read().body()).isEqualTo("done");
            assertThat(slow.get("/").body()).as("the open connection goes on").isEqualTo("done");
        }
    }

    @Test
    void aPortThatIsTakenFailsTheWholeReload() throws Exception {
        int port = Ports.free("127.0.0.7"); // where nothing else is likely to listen
        try (SocketApp app = SocketApp.saying("A");
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.7"));
                TestGate gate = TestGate.start(folder, conf(app, "\"127.0.0.1:0\""))) {
            InetSocketAddress before = gate.address();
            String next = conf(app, "[\"127.0.0.7:" + port + "\", \"127.0.0.7:" + taken.getLocalPort() + "\"]")
                    .replace("allow: 127.0.0.1", "deny: all");

            assertThatThrownBy(() -> gate.reload(next))
                    .isInstanceOf(CannotListenException.class)
                    .hasMessageContainingAll("ipgate.yaml:1:", "127.0.0.7:" + taken.getLocalPort(), "in use");

            assertThat(gate.gate().addresses()).containsExactly(before);
            assertThat(gate.getFrom("127.0.0.1", "/").body()).isEqualTo("A");
            new ServerSocket(port, 1, InetAddress.getByName("127.0.0.7")).close(); // nothing leaked
        }
    }

    @Test
    void anAddressThatStaysKeepsItsSocketHoweverItIsWritten() throws Exception {
        try (SocketApp app = SocketApp.saying("A");
                TestGate gate = TestGate.start(folder, conf(app, "\"127.0.0.1:0\""))) {
            InetSocketAddress before = gate.address();

            assertThat(gate.reload(conf(app, "[localhost:0]"))).isEqualTo("same settings, list files read again");

            assertThat(gate.address()).isEqualTo(before);
            assertThat(gate.getFrom("127.0.0.1", "/").body()).isEqualTo("A");
        }
    }

    @Test
    void addressesAreInTheOrderOfTheConfFile() throws Exception {
        try (SocketApp app = SocketApp.saying("A");
                TestGate gate = TestGate.start(folder, conf(app, "\"127.0.0.2:0\""))) {
            gate.reload(conf(app, "[\"127.0.0.1:0\", \"127.0.0.2:0\", \"127.0.0.3:0\"]"));

            assertThat(gate.gate().addresses())
                    .extracting(address -> address.getAddress().getHostAddress())
                    .containsExactly("127.0.0.1", "127.0.0.2", "127.0.0.3");
        }
    }

    @Test
    void theSameFreePortTwiceIsOneListener() throws Exception {
        try (SocketApp app = SocketApp.saying("A");
                TestGate gate = TestGate.start(folder, conf(app, "[\"127.0.0.1:0\", \"127.0.0.1:0\"]"))) {
            assertThat(gate.gate().addresses()).hasSize(1);
        }
    }
}
