package dev.runlog.testing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A TCP relay to a server that simulates network failures on demand. */
public final class Relay {
    private volatile URI target;
    private final NetClient client;
    private final NetServer server;
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    /** The sockets of servers. */
    private final Set<NetSocket> servers = ConcurrentHashMap.newKeySet();

    private final Promise<Void> refused = Promise.promise();
    private volatile boolean paused;
    private volatile boolean cut;
    private volatile @Nullable String cutPattern;
    private volatile @Nullable Awaited awaited;

    private record Awaited(String pattern, Promise<Void> seen) {}

    private Relay(Vertx vertx, URI target) {
        this.target = target;
        this.client = vertx.createNetClient();
        this.server = vertx.createNetServer();
    }

    /** Starts a relay to the database of a URL; it stops with the Vert.x instance. */
    public static Relay to(Vertx vertx, String url) {
        Relay relay = new Relay(vertx, URI.create(url));
        relay.server.connectHandler(relay::accept);
        Futures.await(relay.server.listen(0, "localhost"));
        return relay;
    }

    /** Starts a relay from one address to another, on the same port. */
    public static Relay at(Vertx vertx, String host, String targetHost, int port) {
        Relay relay = new Relay(vertx, URI.create("tcp://" + targetHost + ":" + port));
        relay.server.connectHandler(relay::accept);
        Futures.await(relay.server.listen(port, host));
        return relay;
    }

    /** URL of the same database through this relay. */
    public String url() {
        return "postgresql://" + target.getRawUserInfo() + "@localhost:" + server.actualPort() + target.getRawPath();
    }

    /** Redirects new connections to another server. */
    public void redirectTo(String url) {
        target = URI.create(url);
    }

    /** Succeeds once the server has refused a connection. */
    public Future<Void> refused() {
        return refused.future();
    }

    /** Keeps connections open and accepts new ones, but forwards nothing in either direction. */
    public void pause() {
        paused = true;
        sockets.forEach(NetSocket::pause);
    }

    /** Forwards again, including everything received during the pause. */
    public void resume() {
        paused = false;
        sockets.forEach(NetSocket::resume);
    }

    /** Closes all connections and refuses new ones. */
    public void cut() {
        cut = true;
        sockets.forEach(NetSocket::close);
    }

    /** Accepts connections again. */
    public void restore() {
        cut = false;
    }

    /**
     * Forwards the client's next data that contains the pattern, then closes its connection, so the response is lost.
     */
    public void cutAfter(String pattern) {
        cutPattern = pattern;
    }

    /**
     * Holds back server responses on open connections until a client sends the pattern, then forwards them all.
     *
     * @return succeeds once the pattern was sent
     */
    public Future<Void> holdResponsesUntil(String pattern) {
        Awaited next = new Awaited(pattern, Promise.promise());
        awaited = next;
        servers.forEach(NetSocket::pause);
        return next.seen().future();
    }

    private void accept(NetSocket near) {
        if (cut) {
            near.close();
            return;
        }
        near.pause();
        client.connect(target.getPort(), target.getHost())
                .onSuccess(far -> join(near, far))
                .onFailure(failure -> {
                    near.close();
                    refused.tryComplete();
                });
    }

    private void join(NetSocket near, NetSocket far) {
        sockets.add(near);
        sockets.add(far);
        servers.add(far);
        if (cut) {
            near.close();
            far.close();
            return;
        }
        near.handler(data -> forward(data, near, far));
        far.handler(data -> near.write(data));
        near.closeHandler(closed -> sockets.remove(near));
        far.closeHandler(closed -> {
            sockets.remove(far);
            servers.remove(far);
            near.close();
        });
        if (paused) {
            far.pause();
        } else {
            near.resume();
        }
    }

    private void forward(Buffer data, NetSocket near, NetSocket far) {
        far.write(data);
        Awaited next = awaited;
        if (next != null && contains(data, next.pattern())) {
            awaited = null;
            next.seen().complete();
            servers.forEach(NetSocket::resume);
        }
        String pattern = cutPattern;
        if (pattern != null && contains(data, pattern)) {
            cutPattern = null;
            // Keep the server side open, so that it executes the request.
            far.handler(lost -> {});
            near.close();
        }
    }

    private static boolean contains(Buffer data, String pattern) {
        return data.toString(StandardCharsets.ISO_8859_1).contains(pattern);
    }
}
