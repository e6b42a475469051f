package dev.ipgate.auth;

/** What a look at, or a check of, a request's credentials came to. */
public sealed interface Login {

    /**
     * There is nothing to check: 401 with the challenge. It never counts as a failure, since many clients send their
     * password only when asked.
     *
     * @param malformed whether there was an Authorization header, though none that anybody could log in with
     */
    record Missing(boolean malformed) implements Login {}

    /** They are right: pass. */
    record Right(String user) implements Login {}

    /**
     * They are wrong: 401 with the challenge.
     *
     * @param user who it is, by the client's own account
     * @param delayNanos how long the answer has to wait; 0 for not at all
     */
    record Wrong(String user, long delayNanos) implements Login {}

    /** They have to be hashed, which is too slow for an IO thread: {@link PasswordCheck#check}. */
    record Unchecked(Credentials credentials) implements Login {}

    /**
     * There were too many wrong ones from this client: 429 with Retry-After.
     *
     * @param retryAfterSeconds for how long that goes on; at least 1
     */
    record Held(long retryAfterSeconds) implements Login {}
}
