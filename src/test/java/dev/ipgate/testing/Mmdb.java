package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.net.CidrBlock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes databases of MaxMind's format, version 2.0 (https://maxmind.github.io/MaxMind-DB/), as far as tests need them.
 */
public final class Mmdb {

    private static final int DATA_BEHIND_TREE = 16;
    private static final int IPV4_BITS = 96; // of the IPv6 tree, in front of an IPv4 address

    /** A place of the tree: two ways on, or what is known there, or nothing. */
    private static final class Node {
        private final @Nullable Node[] ways = new Node[2];
        private @Nullable Map<String, Object> data;

        boolean isInner() {
            return ways[0] != null || ways[1] != null;
        }
    }

    private final String type;
    private final int ipVersion;
    private final Node root = new Node();
    private Instant built = Instant.now();
    private boolean aliases;

    /**
     * An empty one.
     *
     * @param type such as {@code GeoLite2-Country}
     * @param ipVersion 4, or 6 for both
     */
    public Mmdb(String type, int ipVersion) {
        this.type = type;
        this.ipVersion = ipVersion;
    }

    public Mmdb builtAt(Instant time) {
        built = time;
        return this;
    }

    /** Has the IPv4 addresses also where IPv6 has them: mapped, and in 6to4. */
    public Mmdb withAliases() {
        aliases = true;
        return this;
    }

    public Mmdb country(String block, String code) {
        return put(
                block,
                Map.of(
                        "country",
                        Map.of("iso_code", code, "names", Map.of("en", "The country " + code)),
                        "registered_country",
                        Map.of("iso_code", "XK"),
                        "continent",
                        Map.of("code", "EU")));
    }

    public Mmdb system(String block, long number) {
        return put(block, Map.of("autonomous_system_number", number, "autonomous_system_organization", "Test"));
    }

    /** Says something about a network. */
    public Mmdb put(String block, Map<String, Object> data) {
        CidrBlock network = CidrBlock.parse(block);
        byte[] address = network.first().toInetAddress().getAddress();
        boolean mapped = address.length == 4 && ipVersion == 6;
        Node node = mapped ? ipv4(root) : root;
        for (int bit = 0; bit < network.prefixLength(); bit++) {
            node = way(node, (address[bit / 8] >> (7 - bit % 8)) & 1);
        }
        node.data = data;
        return this;
    }

    private static Node ipv4(Node from) {
        Node node = from;
        for (int bit = 0; bit < IPV4_BITS; bit++) {
            node = way(node, 0);
        }
        return node;
    }

    private static Node way(Node from, int bit) {
        Node next = from.ways[bit];
        if (next == null) {
            next = new Node();
            from.ways[bit] = next;
        }
        return next;
    }

    public Path writeTo(Path file, int recordBits) throws IOException {
        return Files.write(file, bytes(recordBits));
    }

    /**
     * The whole file.
     *
     * @param recordBits 24, 28 or 32
     */
    public byte[] bytes(int recordBits) {
        List<Node> inner = new ArrayList<>();
        Map<Node, Integer> numbers = new HashMap<>(); // of nodes, each equal to itself alone
        if (aliases) {
            Node ipv4 = ipv4(root);
            alias("0000:0000:0000:0000:0000:ffff", ipv4);
            alias("2002", ipv4);
        }
        number(root, inner, numbers);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        Map<Map<String, Object>, Integer> offsets = new LinkedHashMap<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Node node : inner) {
            long[] records = new long[2];
            for (int i = 0; i < 2; i++) {
                Node next = node.ways[i];
                if (next == null || (!next.isInner() && next.data == null)) {
                    records[i] = (long) inner.size();
                } else if (next.isInner()) {
                    records[i] = Objects.requireNonNull(numbers.get(next));
                } else {
                    records[i] = (long) inner.size()
                            + DATA_BEHIND_TREE
                            + offsets.computeIfAbsent(next.data, unseen -> {
                                int offset = data.size();
                                value(data, unseen);
                                return offset;
                            });
                }
            }
            records(all, records, recordBits);
        }
        all.writeBytes(new byte[DATA_BEHIND_TREE]);
        all.writeBytes(data.toByteArray());
        all.writeBytes(new byte[] {(byte) 0xab, (byte) 0xcd, (byte) 0xef});
        all.writeBytes("MaxMind.com".getBytes(UTF_8));
        value(
                all,
                Map.of(
                        "binary_format_major_version",
                        2,
                        "binary_format_minor_version",
                        0,
                        "build_epoch",
                        built.getEpochSecond(),
                        "database_type",
                        type,
                        "description",
                        Map.of("en", "made by a test"),
                        "ip_version",
                        ipVersion,
                        "languages",
                        List.of("en"),
                        "node_count",
                        (long) inner.size(),
                        "record_size",
                        recordBits));
        return all.toByteArray();
    }

    private void alias(String prefix, Node ipv4) {
        String[] groups = prefix.split(":", -1);
        Node node = root;
        for (int i = 0; i < groups.length; i++) {
            int group = Integer.parseInt(groups[i], 16);
            for (int bit = 15; bit >= 0; bit--) {
                int turn = (group >> bit) & 1;
                if (i == groups.length - 1 && bit == 0) {
                    node.ways[turn] = ipv4;
                } else {
                    node = way(node, turn);
                }
            }
        }
    }

    private static void number(Node node, List<Node> inner, Map<Node, Integer> numbers) {
        if (numbers.containsKey(node)) {
            return;
        }
        numbers.put(node, inner.size());
        inner.add(node);
        for (Node next : node.ways) {
            if (next != null && next.isInner()) {
                number(next, inner, numbers);
            }
        }
    }

    private static void records(ByteArrayOutputStream to, long[] records, int bits) {
        if (bits == 28) {
            number(to, records[0] & 0xffffff, 3);
            to.write((int) (((records[0] >> 24) << 4) | (records[1] >> 24)));
            number(to, records[1] & 0xffffff, 3);
        } else {
            number(to, records[0], bits / 8);
            number(to, records[1], bits / 8);
        }
    }

    private static void number(ByteArrayOutputStream to, long number, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            to.write((int) (number >> (8 * i)));
        }
    }

    private static void value(ByteArrayOutputStream to, Object value) {
        if (value instanceof String text) {
            byte[] bytes = text.getBytes(UTF_8);
            control(to, 2, bytes.length);
            to.writeBytes(bytes);
        } else if (value instanceof Integer number) {
            control(to, 5, 2);
            number(to, number, 2);
        } else if (value instanceof Long number) { // a time is a uint64; all else is a uint32
            boolean wide = number > 0xffffffffL || (number > 1_000_000_000L && number < 4_000_000_000L);
            control(to, wide ? 9 : 6, wide ? 8 : 4);
            number(to, number, wide ? 8 : 4);
        } else if (value instanceof Map<?, ?> map) {
            control(to, 7, map.size());
            map.forEach((name, inside) -> {
                value(to, name);
                value(to, inside);
            });
        } else if (value instanceof List<?> list) {
            control(to, 11, list.size());
            list.forEach(inside -> value(to, inside));
        } else {
            throw new IllegalArgumentException("no type for " + value);
        }
    }

    private static void control(ByteArrayOutputStream to, int type, int size) {
        int first = size < 29 ? size : 29;
        if (type <= 7) {
            to.write((type << 5) | first);
        } else {
            to.write(first);
            to.write(type - 7);
        }
        if (size >= 29) {
            to.write(size - 29);
        }
    }
}
