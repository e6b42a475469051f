package dev.ipgate.eventloop;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/** One loop's part in accepting the connections of a listening socket. Belongs to the loop's thread. */
final class AcceptShare implements Member {

    /*
     * Every loop watches the socket, and whichever comes first accepts and keeps the connection. A loop that has clearly
     * more connections than another looks away, until its own become fewer or the others have left what there is lying
     * for a while. What it then finds, it takes: nobody waits for a loop that is stuck.
     */

    private static final int SLACK = 4; // connections more than the idlest loop, which are no reason to look away
    private static final long BALANCE_MILLIS = 2;
    static final long TROUBLE_MILLIS = 250; // until an accept is tried again that failed for want of descriptors

    private final Acceptor acceptor;
    private final EventLoop loop;
    private @Nullable SelectionKey key;
    private XnioExecutor.@Nullable Key pause; // while it does not watch
    private boolean waitsForBalance;
    private boolean takesAny;
    private int left; // how many may be accepted before the others have their turn

    AcceptShare(Acceptor acceptor, EventLoop loop) {
        this.acceptor = acceptor;
        this.loop = loop;
    }

    /** Watches or does not, as the acceptor says. */
    void watchAsTold() {
        if (!acceptor.isOpen() || (key != null && !key.isValid())) {
            return;
        }
        boolean wanted = acceptor.isAcceptResumed() && pause == null;
        try {
            if (key != null) {
                key.interestOps(wanted ? SelectionKey.OP_ACCEPT : 0);
            } else if (wanted) {
                key = loop.register(acceptor.channel(), SelectionKey.OP_ACCEPT, this);
                loop.enter(this);
            }
        } catch (ClosedChannelException e) {
            loop.leave(this);
        }
    }

    @Override
    public void ready(int operations) {
        if (!acceptor.isAcceptResumed()) {
            return; // suspended by a listener before it
        }
        if (!takesAny && isAhead(SLACK)) {
            waitsForBalance = true;
            loop.waitingForBalance().add(this);
            pause(BALANCE_MILLIS);
            return;
        }
        takesAny = false;
        left = Acceptor.A_TURN;
        acceptor.tellListener();
    }

    private boolean isAhead(int slack) {
        return loop.clients() - acceptor.fewestClients() > slack + loop.clients() / 16;
    }

    private void pause(long millis) {
        if (pause == null && !loop.isStopping()) {
            pause = loop.executeAfter(this::tryAgain, millis, TimeUnit.MILLISECONDS);
            watchAsTold();
        }
    }

    private void tryAgain() {
        takesAny = waitsForBalance;
        watchAgain();
    }

    /** One of the loop's connections has gone. */
    void lookAtBalance() {
        if (!isAhead(SLACK / 2) && pause != null) {
            pause.remove();
            watchAgain();
        }
    }

    private void watchAgain() {
        if (waitsForBalance) {
            waitsForBalance = false;
            loop.waitingForBalance().remove(this);
        }
        pause = null;
        watchAsTold();
    }

    /**
     * Accepts a connection; null if there is none, or it is the turn of others.
     *
     * @throws ClosedChannelException if the acceptor is closed
     */
    @Nullable
    SocketConnection accept() throws ClosedChannelException {
        if (left == 0) {
            return null;
        }
        left--;
        SocketChannel channel = null;
        try {
            channel = acceptor.channel().accept();
            if (channel == null) {
                left = 0;
                return null;
            }
            channel.configureBlocking(false);
            return SocketConnection.accepted(loop, channel, acceptor.nodelay());
        } catch (ClosedChannelException e) {
            if (!acceptor.isOpen()) {
                throw e;
            }
            IoUtils.safeClose(channel);
            return null; // this connection only
        } catch (IOException e) {
            IoUtils.safeClose(channel);
            left = 0;
            acceptor.trouble(e);
            pause(TROUBLE_MILLIS);
            return null;
        }
    }

    /** Has nothing to do with the socket any more. The selector lets go of it in the select that follows. */
    void close() {
        if (pause != null) {
            pause.remove();
        }
        loop.waitingForBalance().remove(this);
        loop.leave(this);
        left = 0;
    }

    @Override
    public void end() {
        IoUtils.safeClose(acceptor);
    }
}
