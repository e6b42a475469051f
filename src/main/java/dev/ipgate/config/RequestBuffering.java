package dev.ipgate.config;

/** Which request bodies are taken in whole before the app hears of the request: {@code upstream.request_buffering}. */
public enum RequestBuffering {
    /** None: every body is streamed. */
    OFF,
    /** Those in chunks, so that the app gets them with a Content-Length. */
    CHUNKED,
    /** Every one (nginx {@code proxy_request_buffering on}). */
    ALL
}
