package dev.ipgate.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.server.SSLSessionInfo;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;

/** What Undertow wants of a connection and ours does in a way of its own, or not at all. */
abstract class UndertowConnection extends AbstractServerConnection {

    UndertowConnection(StreamConnection channel, ByteBufferPool buffers, HttpHandler handler) {
        super(channel, buffers, handler, OptionMap.EMPTY, buffers.getBufferSize());
    }

    /** Nobody may answer through the exchange's own channel, which would know nothing of our framing. */
    @Override
    protected StreamSinkConduit getSinkConduit(HttpServerExchange answered, StreamSinkConduit conduit) {
        throw new IllegalStateException("an answer goes through response()");
    }

    @Override
    public HttpServerExchange sendOutOfBandResponse(HttpServerExchange answered) {
        throw new UnsupportedOperationException("interim answers are written by InterimAnswer");
    }

    @Override
    public boolean isContinueResponseSupported() {
        return false;
    }

    @Override
    public void terminateRequestChannel(HttpServerExchange ended) {}

    @Override
    public @Nullable SSLSessionInfo getSslSessionInfo() {
        return null;
    }

    @Override
    public void setSslSessionInfo(SSLSessionInfo sessionInfo) {
        throw new UnsupportedOperationException("the channel decrypts");
    }

    @Override
    protected StreamConnection upgradeChannel() {
        throw new UnsupportedOperationException("see upgradeTo()");
    }

    @Override
    protected boolean isUpgradeSupported() {
        return false;
    }

    @Override
    protected boolean isConnectSupported() {
        return false;
    }

    @Override
    protected void setUpgradeListener(HttpUpgradeListener listener) {
        throw new UnsupportedOperationException("see upgradeTo()");
    }

    @Override
    protected void setConnectListener(HttpUpgradeListener listener) {
        throw new UnsupportedOperationException("CONNECT is refused");
    }

    @Override
    public String getTransportProtocol() {
        return "http/1.1";
    }

    @Override
    public boolean isRequestTrailerFieldsSupported() {
        return true;
    }
}
