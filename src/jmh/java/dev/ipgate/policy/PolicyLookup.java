package dev.ipgate.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ipgate.net.IpAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The compiled policy, alone and behind a cache of verdicts, such as other gates have. The policy allocates nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PolicyLookup {

    private static final int CACHED = 10_000; // verdicts: more than the busy addresses, fewer than all
    private static final long NOW = 1_700_000_000;

    @Param({"10", "1000", "10000", "100000", "1000000"})
    public int rules;

    @Param
    public Clients clients = Clients.UNIFORM;

    private AccessPolicy policy;
    private Cache<IpAddress, Decision> cache;
    private IpAddress[] addresses;
    private int turn;

    @Setup
    public void compile() {
        policy = AccessPolicy.compile(RandomRules.rules(rules));
        cache = Caffeine.newBuilder().maximumSize(CACHED).build();
        addresses = clients.addresses();
    }

    @Benchmark
    public Decision compiledPolicy() {
        return policy.decide("GET", Access.WRITE, nextClient(), NOW);
    }

    /** A loop over the addresses costs this much by itself. */
    @Benchmark
    public IpAddress nothing() {
        return nextClient();
    }

    @Benchmark
    public Decision caffeineInFront() {
        return cache.get(nextClient(), client -> policy.decide("GET", Access.WRITE, client, NOW));
    }

    private IpAddress nextClient() {
        return addresses[turn++ & addresses.length - 1];
    }
}
