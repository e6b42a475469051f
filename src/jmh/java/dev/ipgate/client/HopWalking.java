package dev.ipgate.client;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to find the client: nothing is allocated without a header, the address and the result with one hop. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HopWalking {

    private static final String HEADER = "X-Forwarded-For";

    private final ClientAddresses addresses = new ClientAddresses(
            AddressSet.of(List.of(IpRange.parse("10.0.0.0/8"), IpRange.parse("127.0.0.1"))),
            HEADER,
            true,
            false,
            false);
    private final ClientAddress stranger = ClientAddress.direct(IpAddress.parse("203.0.113.7"));
    private final ClientAddress proxy = ClientAddress.direct(IpAddress.parse("10.0.0.1"));

    private final List<String> oneHop = List.of("203.0.113.7");
    private final List<String> threeHops = List.of("203.0.113.7, 10.0.0.3, 10.0.0.2");
    private final List<String> liar = List.of("198.51.100.1, ".repeat(500) + "203.0.113.7");

    @Benchmark
    public ClientAddress untrustedPeerWithoutHeader() {
        return addresses.find(stranger, name -> null);
    }

    @Benchmark
    public ClientAddress trustedPeerWithoutHeader() {
        return addresses.find(proxy, name -> null);
    }

    @Benchmark
    public ClientAddress oneHop() {
        return addresses.find(proxy, name -> name.equals(HEADER) ? oneHop : null);
    }

    @Benchmark
    public ClientAddress threeHopsOfWhichTwoAreTrusted() {
        return addresses.find(proxy, name -> name.equals(HEADER) ? threeHops : null);
    }

    /** What stands left of the client is not looked at, so 500 made-up hops cost what none do. */
    @Benchmark
    public ClientAddress oneHopBehind500Lies() {
        return addresses.find(proxy, name -> name.equals(HEADER) ? liar : null);
    }
}
