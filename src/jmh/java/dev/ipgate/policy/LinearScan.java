package dev.ipgate.policy;

import java.util.concurrent.TimeUnit;
import org.apache.commons.net.util.SubnetUtils;
import org.apache.commons.net.util.SubnetUtils.SubnetInfo;
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

/** What the compiled policy is measured against: Commons Net's blocks, asked one after another, as nginx does with its own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LinearScan {

    @Param({"10", "1000", "10000", "100000", "1000000"})
    public int rules;

    @Param
    public Clients clients = Clients.UNIFORM;

    private SubnetInfo[] blocks;
    private int[] addresses;
    private int turn;

    @Setup
    public void parse() {
        blocks = RandomRules.blocks(rules).stream()
                .map(block -> {
                    SubnetUtils subnet = new SubnetUtils(block.toString());
                    subnet.setInclusiveHostCount(true); // else a /31 and a /32 hold nobody
                    return subnet.getInfo();
                })
                .toArray(SubnetInfo[]::new);
        addresses = clients.bits();
    }

    /** The place of the first block that holds the client, or -1. */
    @Benchmark
    public int commonsNet() {
        int client = addresses[turn++ & addresses.length - 1];
        for (int i = 0; i < blocks.length; i++) {
            if (blocks[i].isInRange(client)) {
                return i;
            }
        }
        return -1;
    }
}
