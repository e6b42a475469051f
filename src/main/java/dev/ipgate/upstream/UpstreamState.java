package dev.ipgate.upstream;

import java.util.List;

/**
 * What an upstream is doing now.
 *
 * @param connections open, or being opened
 * @param idle connections among them that wait for a request
 * @param waiting requests that wait for a connection
 * @param copies the apps that share the requests
 */
public record UpstreamState(int connections, int idle, int waiting, List<Copy> copies) {

    /**
     * One of the apps.
     *
     * @param authority host and port
     * @param inFlight requests that it has in hand
     * @param setAside whether requests go elsewhere since it failed
     */
    public record Copy(String authority, long inFlight, boolean setAside) {}
}
