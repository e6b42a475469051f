package dev.ipgate.policy;

import dev.ipgate.net.IpAddress;
import java.util.Random;

/** Where requests come from. A power of two of them, so that a benchmark can go round without a division. */
public enum Clients {
    /** From anywhere, each address as likely as any other: caches of all kinds are of least use. */
    UNIFORM {
        @Override
        int next(Random random) {
            return random.nextInt();
        }
    },

    /** Nine requests of ten from sixteen addresses, as an office does: caches of all kinds are of most use. */
    SKEWED {
        @Override
        int next(Random random) {
            return random.nextInt(10) == 0 ? random.nextInt() : BUSY[random.nextInt(BUSY.length)];
        }
    };

    private static final int COUNT = 1 << 16;
    private static final int[] BUSY = new Random(16).ints(16).toArray();

    abstract int next(Random random);

    /** The addresses of so many requests, the same ones in every run. */
    int[] bits() {
        Random random = new Random(COUNT);
        int[] bits = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            bits[i] = next(random);
        }
        return bits;
    }

    IpAddress[] addresses() {
        int[] bits = bits();
        IpAddress[] addresses = new IpAddress[COUNT];
        for (int i = 0; i < COUNT; i++) {
            addresses[i] = address(bits[i]);
        }
        return addresses;
    }

    static IpAddress address(int bits) {
        return IpAddress.of(new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits});
    }
}
