package dev.ipgate.server;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Gives numbers to requests, which a locked-out colleague can read out on the phone and the log can be searched for. */
public final class RequestIds {

    /*
     * A counter with a random start, scrambled so that two neighbours look different. The scrambling is a bijection, so
     * no number comes twice; it keeps no secret and needs to keep none, nor a SecureRandom, which
     * would take 15 ms of a start. Each thread takes many numbers at once: a counter that all write to would go from core to
     * core at every request, and with it whatever lies beside it in memory.
     */

    private static final long AT_ONCE = 1 << 10;

    private static final long MASK = (1L << 48) - 1;

    private final AtomicLong counter =
            new AtomicLong(ThreadLocalRandom.current().nextLong());
    private final ThreadLocal<Numbers> own = ThreadLocal.withInitial(Numbers::new);

    /** What a thread has taken and not used. */
    private static final class Numbers {
        long next;
        long left;
    }

    long next() {
        Numbers numbers = own.get();
        if (numbers.left == 0) {
            numbers.next = counter.getAndAdd(AT_ONCE);
            numbers.left = AT_ONCE;
        }
        numbers.left--;
        long id = numbers.next++ & MASK;
        id = (id * 0x5851F42D4C95L) & MASK; // odd factors and right shifts can be undone
        id ^= id >>> 25;
        id = (id * 0x14057B7EF767L) & MASK;
        return id ^ (id >>> 23);
    }

    /** The number that such a text stands for; one that no request has, if it is none. */
    static long parse(String text) {
        return isId(text) ? HexFormat.fromHexDigitsToLong(text) : -1;
    }

    /** Whether a text may be a request's number: twelve hexadecimal digits. */
    public static boolean isId(String text) {
        return text.length() == 12 && text.chars().allMatch(HexFormat::isHexDigit);
    }

    /** The number as twelve hexadecimal digits. */
    static String text(long id) {
        return HexFormat.of().toHexDigits(id, 12);
    }
}
