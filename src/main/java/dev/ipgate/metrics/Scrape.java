package dev.ipgate.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One look at everything that is counted, as Prometheus wants it. The client library comes into memory with the first of
 * these, and not with the gate.
 */
public final class Scrape {

    /**
     * What was seen, written down.
     *
     * @param bytes all of them remaining
     */
    public record Text(String contentType, ByteBuffer bytes) {}

    /** Takes the values of one metric; label names and values by turns. */
    public interface Values {
        void add(double value, String... labels);

        /** The same of a count. */
        default void add(long value, String... labels) {
            add((double) value, labels);
        }
    }

    /** Names the values of one metric. */
    public interface Source {
        void sendTo(Values values);
    }

    private final List<MetricSnapshot> metrics = new ArrayList<>();

    /** What only grows. The name is without {@code _total}, which the formats add. Values with the same labels are added. */
    public Scrape counter(String name, String help, Source source) {
        CounterSnapshot.Builder metric = CounterSnapshot.builder().name(name).help(help);
        merged(source, Double::sum)
                .forEach((labels, value) -> metric.dataPoint(CounterDataPointSnapshot.builder()
                        .value(value)
                        .labels(labels)
                        .build()));
        metrics.add(metric.build());
        return this;
    }

    /** The same where there is one value. */
    public Scrape counter(String name, String help, double value) {
        return counter(name, help, values -> values.add(value));
    }

    /** The same of a count. */
    public Scrape counter(String name, String help, long value) {
        return counter(name, help, (double) value);
    }

    /** What goes up and down. Of values with the same labels the lowest counts. */
    public Scrape gauge(String name, String help, Source source) {
        GaugeSnapshot.Builder metric = GaugeSnapshot.builder().name(name).help(help);
        merged(source, Math::min)
                .forEach((labels, value) -> metric.dataPoint(GaugeDataPointSnapshot.builder()
                        .value(value)
                        .labels(labels)
                        .build()));
        metrics.add(metric.build());
        return this;
    }

    /** Two of the same labels would be an error, and labels come from the conf file, where a thing may be there twice. */
    private static Map<Labels, Double> merged(Source source, BinaryOperator<Double> both) {
        Map<Labels, Double> merged = new LinkedHashMap<>();
        source.sendTo((value, labels) -> merged.merge(Labels.of(labels), value, both));
        return merged;
    }

    /** The same where there is one value. */
    public Scrape gauge(String name, String help, double value) {
        return gauge(name, help, values -> values.add(value));
    }

    /** The same of a number of things. */
    public Scrape gauge(String name, String help, long value) {
        return gauge(name, help, (double) value);
    }

    /** What does not change; the name is without {@code _info}, which the formats add. */
    public Scrape info(String name, String help, String... labels) {
        metrics.add(InfoSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of(labels))
                        .build())
                .build());
        return this;
    }

    /** Takes the histograms of one metric. */
    public interface Histograms {
        void add(ThreadHistogram histogram, String... labels);
    }

    /** Names the histograms of one metric. */
    public interface HistogramSource {
        void sendTo(Histograms histograms);
    }

    /** How long things took. */
    public Scrape histogram(String name, String help, HistogramSource source) {
        HistogramSnapshot.Builder metric =
                HistogramSnapshot.builder().name(name).help(help);
        source.sendTo((histogram, labels) -> metric.dataPoint(HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(ClassicHistogramBuckets.of(histogram.bounds(), histogram.counts()))
                .sum(histogram.sumSeconds())
                .labels(Labels.of(labels))
                .build()));
        metrics.add(metric.build());
        return this;
    }

    /**
     * Writes it all down.
     *
     * @param accept the Accept header of who asks: OpenMetrics if it is wanted, else Prometheus's text format
     */
    public Text text(@Nullable String accept) {
        ExpositionFormatWriter writer = ExpositionFormats.init().findWriter(accept);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 << 10);
        try {
            writer.write(bytes, new MetricSnapshots(metrics));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // to memory
        }
        return new Text(writer.getContentType(), ByteBuffer.wrap(bytes.toByteArray()));
    }
}
