package dev.ipgate.net;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to read an address, which happens to every hop of a header. The result, 32 bytes, is all it allocates. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AddressParsing {

    @Param({
        "203.0.113.7",
        "2001:db8::7",
        "2001:db8:85a3:8d3:1319:8a2e:370:7348",
        "::ffff:203.0.113.7",
        "203.0.113.007",
    })
    public String text = "";

    @Benchmark
    public @Nullable IpAddress parse() {
        return IpAddress.parse(text, 0, text.length());
    }
}
