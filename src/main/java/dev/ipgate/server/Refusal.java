package dev.ipgate.server;

import java.util.Locale;

/** Every reason for which a request is answered here and not by the app. */
public enum Refusal {
    /**
     * The listener redirects. Detail: where to. 308 and not 301, which lets clients turn a POST into a GET (RFC 9110 section
     * 15.4.2).
     */
    TO_HTTPS(308),
    /** There are no credentials, or none that anybody could have. Goes out with the challenge. */
    NO_PASSWORD(401),
    /** The credentials are wrong. Goes out with the challenge. */
    WRONG_PASSWORD(401),
    /** The rules do not let the client in. */
    DENIED(403),
    /** The client has shown no certificate in its handshake, and is to have one here. */
    NO_CERTIFICATE(403),
    /** The header of a trusted proxy has a hop that is no address. */
    NO_ADDRESS(403),
    /** A proxy on this machine forwards, and is not named in {@code client_address.trusted_proxies}. */
    UNTRUSTED_PROXY(403),
    /** The sign-in page, asked for over plain http. */
    NEEDS_HTTPS(403),
    /** The sign-in page, where the address that would be let in is a proxy's. */
    HIDDEN_CLIENT(403),
    /** The sign-in page: there is nobody of this name and password. */
    NOT_SIGNED_IN(403),
    /** The sign-in page: there is no such invite, or it was used, or its time is over. */
    INVITE_SPENT(403),
    /** A page of another site sent a request that changes something. Detail: its Origin. */
    FOREIGN_ORIGIN(403),
    /** Malformed or ambiguous. Detail: what is, without a full stop. */
    BAD_REQUEST(400),
    /** The listener has ACME challenges, and this is none of them. */
    NO_CHALLENGE(404),
    /** CONNECT or TRACE. Detail: the method. RFC 9110, section 15.5.6, wants an {@code Allow} header with it. */
    BAD_METHOD(405),
    /** The client stopped sending its body. */
    BODY_STALLED(408),
    /** The body is over {@code limits.request_body}. Detail: the limit with its unit. */
    BODY_TOO_LARGE(413),
    /** The Host is nobody's. Detail: the Host. */
    UNKNOWN_HOST(421),
    /** The Host is another site's than the name for which TLS was set up. Detail: the Host. */
    OTHER_SITE(421),
    /** Too many wrong passwords from this client. Goes out with {@code Retry-After}. */
    TOO_MANY_PASSWORDS(429),
    /** The header section is over {@code limits.header_bytes}. Detail: the limit with its unit. */
    HEAD_TOO_LARGE(431),
    /** Nothing listens where the app should. Detail: its host and port. For clients that are let in only. */
    APP_UNREACHABLE(502),
    /** The app dropped the connection or spoke nonsense. */
    APP_FAILED(502),
    /** The sign-in page: what was granted cannot be kept. */
    NOT_KEPT(503),
    /** A limit on connections is reached. Goes out with {@code Retry-After}. */
    BUSY(503),
    /** The app was silent for longer than {@code response_timeout}. */
    APP_SILENT(504);

    private final int status;
    private final String key;

    Refusal(int status) {
        this.status = status;
        this.key = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** Whether it keeps a client out: neither a redirect nor what went wrong behind the gate does. */
    boolean isDenial() {
        return this != TO_HTTPS
                && this != NO_CHALLENGE
                && this != APP_UNREACHABLE
                && this != APP_FAILED
                && this != APP_SILENT;
    }

    /** Whether whoever was refused will ask why: not those who have not been asked for a password yet. */
    boolean isRemembered() {
        return isDenial() && this != NO_PASSWORD && this != BUSY;
    }

    /** Where it is counted, from 0. */
    @SuppressWarnings("EnumOrdinal") // an index into counters of this process alone
    int number() {
        return ordinal();
    }

    /** Its name in logs and in JSON: {@code no-address}. */
    public String key() {
        return key;
    }
}
