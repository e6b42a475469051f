package dev.ipgate.http2;

import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.server.SSLSessionInfo;
import io.undertow.server.ServerConnection;
import io.undertow.server.XnioBufferPoolAdaptor;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Pool;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSinkConduit;

/** What Undertow wants of a connection, which a stream is to an exchange, and ours does in a way of its own, or not at all. */
abstract class UndertowStream extends ServerConnection {

    private final StreamConnection channel;
    private final ByteBufferPool buffers;

    UndertowStream(StreamConnection channel, ByteBufferPool buffers) {
        this.channel = channel;
        this.buffers = buffers;
    }

    @Override
    @SuppressWarnings("deprecation") // Undertow's own, and abstract
    public Pool<ByteBuffer> getBufferPool() {
        return new XnioBufferPoolAdaptor(buffers);
    }

    @Override
    public ByteBufferPool getByteBufferPool() {
        return buffers;
    }

    @Override
    public XnioWorker getWorker() {
        return channel.getWorker();
    }

    @Override
    public XnioIoThread getIoThread() {
        return channel.getIoThread();
    }

    @Override
    public SocketAddress getPeerAddress() {
        return channel.getPeerAddress();
    }

    @Override
    public <A extends SocketAddress> A getPeerAddress(Class<A> type) {
        return channel.getPeerAddress(type);
    }

    @Override
    public SocketAddress getLocalAddress() {
        return channel.getLocalAddress();
    }

    @Override
    public <A extends SocketAddress> A getLocalAddress(Class<A> type) {
        return channel.getLocalAddress(type);
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return channel.supportsOption(option);
    }

    @Override
    public <T> T getOption(Option<T> option) throws IOException {
        return channel.getOption(option);
    }

    @Override
    public <T> T setOption(Option<T> option, T value) throws IOException {
        throw new UnsupportedOperationException("the connection has other streams too");
    }

    @Override
    public OptionMap getUndertowOptions() {
        return OptionMap.EMPTY;
    }

    @Override
    public int getBufferSize() {
        return buffers.getBufferSize();
    }

    /** Nobody may speak through the exchange's own channels, which would know nothing of our frames. */
    @Override
    protected StreamSinkConduit getSinkConduit(HttpServerExchange answered, StreamSinkConduit conduit) {
        throw new IllegalStateException("an answer goes through answer()");
    }

    @Override
    protected ConduitStreamSinkChannel getSinkChannel() {
        throw new IllegalStateException("an answer goes through answer()");
    }

    @Override
    protected ConduitStreamSourceChannel getSourceChannel() {
        throw new IllegalStateException("a body comes from body()");
    }

    @Override
    public HttpServerExchange sendOutOfBandResponse(HttpServerExchange answered) {
        throw new UnsupportedOperationException("see interim()");
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
    public void addCloseListener(CloseListener listener) {
        throw new UnsupportedOperationException("see onClientGone()");
    }

    @Override
    public ChannelListener.Setter<? extends ServerConnection> getCloseSetter() {
        throw new UnsupportedOperationException("see onClientGone()");
    }

    @Override
    protected StreamConnection upgradeChannel() {
        throw new UnsupportedOperationException("HTTP/2 has no upgrade");
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
        throw new UnsupportedOperationException("HTTP/2 has no upgrade");
    }

    @Override
    protected void setConnectListener(HttpUpgradeListener listener) {
        throw new UnsupportedOperationException("CONNECT is refused");
    }

    @Override
    protected void maxEntitySizeUpdated(HttpServerExchange exchange) {}

    @Override
    public String getTransportProtocol() {
        return "h2";
    }

    @Override
    public boolean isRequestTrailerFieldsSupported() {
        return true;
    }
}
