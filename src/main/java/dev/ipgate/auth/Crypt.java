package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Md5Crypt;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.apache.commons.codec.digest.UnixCrypt;

/** The schemes of crypt(3) and its descendants: DES, MD5 ({@code $1$}, {@code $apr1$}), SHA-2 ({@code $5$}, {@code $6$}). */
final class Crypt implements PasswordHash {

    private static final int FEWEST_ROUNDS = 1000; // crypt(3) rounds up to it, and writes what it used
    private static final int MOST_ROUNDS = 1_000_000; // some 0.3 s a check, 3 s for the longest password
    private static final int MOST_DIGITS = 9;

    /** Hashes a password, with the salt that a hash begins with, to the whole of what stands in the file. */
    private interface Algorithm {
        String hash(byte[] password, String stored);
    }

    /** A scheme with a prefix; the last character of a hash holds fewer than six bits. */
    private record Scheme(String name, String prefix, Pattern form, String right, Algorithm algorithm) {}

    private static final String ROUNDS = "(?:rounds=(?<rounds>[1-9]\\d*)\\$)?";

    private static final List<Scheme> SCHEMES = List.of(
            new Scheme(
                    "apr1",
                    "$apr1$",
                    Pattern.compile("\\$apr1\\$[./0-9A-Za-z]{1,8}\\$[./0-9A-Za-z]{21}[./01]"),
                    "$apr1$, a salt of 1 to 8 characters, $ and 22 characters",
                    Md5Crypt::apr1Crypt),
            new Scheme(
                    "MD5",
                    "$1$",
                    Pattern.compile("\\$1\\$[./0-9A-Za-z]{1,8}\\$[./0-9A-Za-z]{21}[./01]"),
                    "$1$, a salt of 1 to 8 characters, $ and 22 characters",
                    Md5Crypt::md5Crypt),
            new Scheme(
                    "SHA-256",
                    "$5$",
                    Pattern.compile("\\$5\\$" + ROUNDS + "[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{42}[./0-9A-D]"),
                    "$5$, perhaps rounds=N$, a salt of 1 to 16 characters, $ and 43 characters",
                    Sha2Crypt::sha256Crypt),
            new Scheme(
                    "SHA-512",
                    "$6$",
                    Pattern.compile("\\$6\\$" + ROUNDS + "[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{85}[./01]"),
                    "$6$, perhaps rounds=N$, a salt of 1 to 16 characters, $ and 86 characters",
                    Sha2Crypt::sha512Crypt));

    private static final Pattern DES = Pattern.compile("[./0-9A-Za-z]{12}[.26AEIMQUYcgkosw]");

    private final String name;
    private final Algorithm algorithm;
    private final String stored;
    private final byte[] storedBytes;

    private Crypt(String name, Algorithm algorithm, String stored) {
        this.name = name;
        this.algorithm = algorithm;
        this.stored = stored;
        this.storedBytes = stored.getBytes(US_ASCII);
    }

    static boolean looksLike(String text) {
        return SCHEMES.stream().anyMatch(scheme -> text.startsWith(scheme.prefix()));
    }

    static Crypt parse(String text) {
        Scheme scheme = SCHEMES.stream()
                .filter(candidate -> text.startsWith(candidate.prefix()))
                .findFirst()
                .orElseThrow();
        Matcher form = scheme.form().matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("has a malformed " + scheme.name() + " hash; right is " + scheme.right()
                    + " out of ./0-9A-Za-z, as a whole");
        }
        String rounds = scheme.form().pattern().contains(ROUNDS) ? form.group("rounds") : null;
        if (rounds != null && !isReasonable(rounds)) {
            throw new IllegalArgumentException("has a " + scheme.name() + " hash of " + shortened(rounds)
                    + " rounds, outside " + FEWEST_ROUNDS + " to " + MOST_ROUNDS + "; 100000 are plenty");
        }
        return new Crypt(scheme.name(), scheme.algorithm(), text);
    }

    /** What has no prefix at all. */
    static Crypt parseDes(String text) {
        if (!DES.matcher(text).matches()) {
            throw new IllegalArgumentException("has a password in no form that ipgate knows; make the entry with ipgate"
                    + " passwd or htpasswd -B (a password in clear begins with {PLAIN})");
        }
        return new Crypt("DES", UnixCrypt::crypt, text);
    }

    private static boolean isReasonable(String rounds) {
        if (rounds.length() > MOST_DIGITS) {
            return false;
        }
        int number = Integer.parseInt(rounds);
        return number >= FEWEST_ROUNDS && number <= MOST_ROUNDS;
    }

    private static String shortened(String digits) {
        return digits.length() <= MOST_DIGITS ? digits : "more than " + "9".repeat(MOST_DIGITS);
    }

    @Override
    public boolean matches(byte[] password) {
        String hashed = algorithm.hash(password.clone(), stored); // the library wipes what it was given
        return MessageDigest.isEqual(hashed.getBytes(US_ASCII), storedBytes);
    }

    @Override
    public String toString() {
        return name;
    }
}
