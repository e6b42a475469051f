package dev.ipgate.server;

/**
 * What every snapshot works with and none owns: it outlives them.
 *
 * @param connections the clients' connections
 * @param answers the pages of refusals
 * @param listenerAnswers what listeners answer by themselves
 * @param requestIds numbers for requests
 * @param passwords what passwords may take up
 * @param denials who was not let in
 * @param reported who would not have been let in
 * @param grants who is let in for a while
 * @param failures tells the log, now and then, what the app did wrong
 */
record Surroundings(
        ClientConnections connections,
        Answers answers,
        ListenerAnswers listenerAnswers,
        RequestIds requestIds,
        PasswordWork passwords,
        Denials denials,
        Denials reported,
        LiveGrants grants,
        Occasional failures) {}
