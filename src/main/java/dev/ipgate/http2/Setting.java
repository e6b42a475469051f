package dev.ipgate.http2;

/** The settings that either side says something about (RFC 9113 section 6.5.2). */
final class Setting {

    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;

    private Setting() {}
}
