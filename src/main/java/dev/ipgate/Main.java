package dev.ipgate;

/** Arguments in, exit status out. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(0);
    }
}
