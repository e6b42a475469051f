package dev.ipgate.http;

import io.undertow.util.HeaderMap;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The client's side of the present request: a connection's of HTTP/1.1, a stream's of HTTP/2. For {@link ClientSide}. */
public interface ClientRequest {

    /** What is known of the connection. */
    ClientLink link();

    /** The request target, byte for byte. */
    String target();

    /** What is malformed about the request's head, or null. */
    @Nullable
    String problem();

    /** Whether the request's head is so large that it was not read. */
    boolean isHeadTooLarge();

    /**
     * The request's body, which nobody has read from.
     *
     * @param limit bytes that it may have where its head does not tell, or -1
     */
    BodySource body(long limit);

    /** Where the answer goes, once; its head is made from the exchange. */
    BodySink answer();

    /** The reason phrase of the answer, where the version has one. */
    void setReason(String reason);

    /** Adds header lines to the answer, once; their names are not among the exchange's headers. */
    void add(HeaderLines lines);

    /**
     * Sends an interim answer (RFC 9110 section 15.2), before the answer.
     *
     * @param headers those that the client is to see
     * @throws IOException if the client is gone, or took half of it
     */
    void interim(int status, String reason, HeaderMap headers) throws IOException;

    /**
     * Asks to be told when the client leaves before its answer is complete. Whoever reads the request's body may learn it
     * from that alone.
     */
    void onClientGone(Runnable gone);

    /**
     * The same for as long as nobody reads the request's body, which may be under way.
     *
     * @param gone null for no more
     */
    void onClientGoneUnread(@Nullable Runnable gone);

    /** Ends the request when all is written and the client is still sending its body. */
    void linger();
}
