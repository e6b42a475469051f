package dev.ipgate.lists;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.config.ResolvConfResolverConfigProvider;

/** Asks DNS servers, one after the other, until one knows. */
final class DnsServers {

    /*
     * A datagram may get lost, so everyone is asked twice. An answer that does not fit into one is asked for again over
     * TCP by the library, which also sees that an answer is to the question. There is no cache: whoever asks keeps what
     * it was told for as long as it was told.
     */

    private static final int ROUNDS = 2;
    private static final int PORT = 53;

    private final List<InetSocketAddress> servers;
    private final Duration patience;

    /**
     * Asks nobody yet.
     *
     * @param servers whom to ask; empty for those of the system as it is when a question is asked
     * @param patience how long a question may take, all servers together
     */
    DnsServers(List<InetSocketAddress> servers, Duration patience) {
        this.servers = servers;
        this.patience = patience;
    }

    /**
     * Asks for records.
     *
     * @param type A or AAAA
     * @return an answer that says yes, or that there is no such name
     * @throws IOException if no server gives one in time
     */
    Message ask(Name name, int type) throws IOException {
        List<InetSocketAddress> asked = servers.isEmpty() ? ofTheSystem() : servers;
        Message question = Message.newQuery(Record.newRecord(name, type, DClass.IN));
        long deadline = System.nanoTime() + patience.toNanos();
        String trouble = "";
        for (int turn = 0; turn < ROUNDS * asked.size(); turn++) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                break;
            }
            InetSocketAddress server = asked.get(turn % asked.size());
            Duration share = Duration.ofNanos(left / (ROUNDS * asked.size() - turn));
            try {
                Message answer = ask(server, question, share);
                if (answer.getRcode() == Rcode.NOERROR || answer.getRcode() == Rcode.NXDOMAIN) {
                    return answer;
                }
                trouble = text(server) + " says " + Rcode.string(answer.getRcode());
            } catch (IOException e) {
                trouble = text(server) + " " + e.getMessage();
            }
        }
        throw new IOException(trouble);
    }

    private static Message ask(InetSocketAddress server, Message question, Duration patience) throws IOException {
        SimpleResolver resolver = new SimpleResolver(server);
        resolver.setTimeout(patience);
        try {
            return resolver.sendAsync(question).toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("does not answer", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            boolean late = String.valueOf(cause.getMessage()).startsWith("Timed out");
            throw new IOException(late ? "does not answer" : "cannot be asked: " + cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("was not waited for, as the gate stops", e);
        }
    }

    private static List<InetSocketAddress> ofTheSystem() {
        ResolvConfResolverConfigProvider system = new ResolvConfResolverConfigProvider();
        system.initialize(); // each time, as the file changes when the machine comes into another network
        return system.servers().isEmpty() ? local() : system.servers();
    }

    /** As resolv.conf(5) has it where nothing is said. */
    private static List<InetSocketAddress> local() {
        return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
    }

    private static String text(InetSocketAddress server) {
        return "the DNS server " + server.getAddress().getHostAddress() + " port " + server.getPort();
    }
}
