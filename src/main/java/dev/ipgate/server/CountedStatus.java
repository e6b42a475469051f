package dev.ipgate.server;

/**
 * HTTP statuses as they are counted: those that are defined (RFC 9110 section 15 and IANA's list) one by one, and what an
 * app may make up besides in one number for each class, so that it cannot make up metrics.
 */
final class CountedStatus {

    private static final int[] DEFINED = {
        101, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402,
                403,
        404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428,
                429,
        431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511
    };

    private static final int CLASSES = 10; // by the first digit; 0 is for whatever is no status

    /** How many numbers there are. */
    static final int COUNT = DEFINED.length + CLASSES;

    private static final byte[] NUMBERS = numbers();

    private CountedStatus() {}

    private static byte[] numbers() {
        byte[] numbers = new byte[1000];
        for (int status = 0; status < numbers.length; status++) {
            numbers[status] = (byte) (DEFINED.length + status / 100);
        }
        for (int i = 0; i < DEFINED.length; i++) {
            numbers[DEFINED[i]] = (byte) i;
        }
        return numbers;
    }

    /** The number of a status, from 0. */
    static int number(int status) {
        return status >= 0 && status < NUMBERS.length ? NUMBERS[status] : DEFINED.length;
    }

    /** What is counted under a number: {@code 404}, or {@code 4xx}. */
    static String text(int number) {
        return number < DEFINED.length ? Integer.toString(DEFINED[number]) : number - DEFINED.length + "xx";
    }
}
