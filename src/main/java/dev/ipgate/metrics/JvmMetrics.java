package dev.ipgate.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.RuntimeMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the JVM and the process take, under the names that Prometheus's own client gives them. */
public final class JvmMetrics {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern KIBIBYTES = Pattern.compile("(\\w+):\\s+(\\d{1,15}) kB");

    private JvmMetrics() {}

    /** Looks at all of it now. */
    public static void describe(Scrape scrape) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        MemoryUsage heap = memory.getHeapMemoryUsage();
        MemoryUsage other = memory.getNonHeapMemoryUsage();
        scrape.gauge("jvm_memory_used_bytes", "Used bytes of a memory area.", values -> {
            values.add(heap.getUsed(), "area", "heap");
            values.add(other.getUsed(), "area", "nonheap");
        });
        scrape.gauge("jvm_memory_committed_bytes", "Bytes of a memory area that the system has given.", values -> {
            values.add(heap.getCommitted(), "area", "heap");
            values.add(other.getCommitted(), "area", "nonheap");
        });
        scrape.gauge(
                "jvm_memory_max_bytes",
                "How large a memory area may become.",
                values -> values.add(heap.getMax(), "area", "heap"));
        scrape.gauge("jvm_buffer_pool_used_bytes", "Bytes outside the heap.", values -> {
            for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
                values.add(Math.max(0, pool.getMemoryUsed()), "pool", pool.getName());
            }
        });
        scrape.gauge(
                "jvm_threads_current",
                "Threads.",
                ManagementFactory.getThreadMXBean().getThreadCount());
        scrape.counter("jvm_gc_collections", "Collections of garbage.", values -> {
            for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
                values.add(Math.max(0, collector.getCollectionCount()), "gc", collector.getName());
            }
        });
        scrape.counter("jvm_gc_collection_seconds", "Time spent collecting garbage.", values -> {
            for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
                values.add(
                        seconds(Duration.ofMillis(Math.max(0, collector.getCollectionTime()))),
                        "gc",
                        collector.getName());
            }
        });
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        scrape.gauge("process_start_time_seconds", "When the process started.", runtime.getStartTime() / 1000.0);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            scrape.counter(
                    "process_cpu_seconds",
                    "CPU time of user and system.",
                    seconds(Duration.ofNanos(Math.max(0, system.getProcessCpuTime()))));
            scrape.gauge("process_open_fds", "Open file descriptors.", system.getOpenFileDescriptorCount());
            scrape.gauge("process_max_fds", "How many may be open.", system.getMaxFileDescriptorCount());
        }
        memory(scrape);
    }

    /** What the process takes of the machine, where Linux tells: {@code man 5 proc}, {@code /proc/self/status}. */
    private static void memory(Scrape scrape) {
        List<String> lines;
        try {
            lines = Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return; // no Linux, or no /proc
        }
        for (String line : lines) {
            Matcher kibibytes = KIBIBYTES.matcher(line);
            if (!kibibytes.matches()) {
                continue;
            }
            double bytes = Long.parseLong(kibibytes.group(2)) * 1024.0;
            switch (kibibytes.group(1)) {
                case "VmRSS" -> scrape.gauge("process_resident_memory_bytes", "Memory that is in use.", bytes);
                case "VmSize" -> scrape.gauge("process_virtual_memory_bytes", "Memory that is reserved.", bytes);
                default -> {} // much else
            }
        }
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
