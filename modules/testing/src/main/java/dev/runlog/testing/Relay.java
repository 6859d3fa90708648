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

/** The way to a server, which can be cut: what a network or a stopped server does to a client, at a chosen moment. */
public final class Relay {
    private volatile URI target;
    private final NetClient client;
    private final NetServer server;
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    /** Those of them that answer. */
    private final Set<NetSocket> servers = ConcurrentHashMap.newKeySet();

    private final Promise<Void> refused = Promise.promise();
    private volatile boolean silent;
    private volatile boolean cut;
    private volatile @Nullable String lastWord;
    private volatile @Nullable Awaited awaited;

    private record Awaited(String word, Promise<Void> said) {}

    private Relay(Vertx vertx, URI target) {
        this.target = target;
        this.client = vertx.createNetClient();
        this.server = vertx.createNetServer();
    }

    /** A relay to the database of a URL; it ends with the Vert.x instance. */
    public static Relay to(Vertx vertx, String url) {
        Relay relay = new Relay(vertx, URI.create(url));
        relay.server.connectHandler(relay::accept);
        Futures.await(relay.server.listen(0, "localhost"));
        return relay;
    }

    /** A relay to a port of an address, on the same port of another address. */
    public static Relay at(Vertx vertx, String host, String targetHost, int port) {
        Relay relay = new Relay(vertx, URI.create("tcp://" + targetHost + ":" + port));
        relay.server.connectHandler(relay::accept);
        Futures.await(relay.server.listen(port, host));
        return relay;
    }

    /** The URL of the same database by this way. */
    public String url() {
        return "postgresql://" + target.getRawUserInfo() + "@localhost:" + server.actualPort() + target.getRawPath();
    }

    /** Makes new connections to another server from now on. */
    public void leadTo(String url) {
        target = URI.create(url);
    }

    /** Succeeds once it was asked for a connection that the server it leads to did not take. */
    public Future<Void> refused() {
        return refused.future();
    }

    /** Lets connections stand and new ones be made, but passes nothing on either way. */
    public void fallSilent() {
        silent = true;
        sockets.forEach(NetSocket::pause);
    }

    /** Passes on again, also what has come meanwhile. */
    public void speak() {
        silent = false;
        sockets.forEach(NetSocket::resume);
    }

    /** Ends all connections and refuses new ones. */
    public void cut() {
        cut = true;
        sockets.forEach(NetSocket::close);
    }

    /** Takes connections again. */
    public void mend() {
        cut = false;
    }

    /** Passes on the next text of the client with this in it, then cuts its connection: its answer is lost. */
    public void cutAfter(String word) {
        lastWord = word;
    }

    /**
     * Keeps the answers of servers that are connected to itself until a client has said a word, then passes all of
     * them on.
     *
     * @return succeeds once the word was said
     */
    public Future<Void> answerOnlyAfter(String word) {
        Awaited next = new Awaited(word, Promise.promise());
        awaited = next;
        servers.forEach(NetSocket::pause);
        return next.said().future();
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
        near.handler(text -> passOn(text, near, far));
        far.handler(text -> near.write(text));
        near.closeHandler(closed -> sockets.remove(near));
        far.closeHandler(closed -> {
            sockets.remove(far);
            servers.remove(far);
            near.close();
        });
        if (silent) {
            far.pause();
        } else {
            near.resume();
        }
    }

    private void passOn(Buffer text, NetSocket near, NetSocket far) {
        far.write(text);
        Awaited next = awaited;
        if (next != null && says(text, next.word())) {
            awaited = null;
            next.said().complete();
            servers.forEach(NetSocket::resume);
        }
        String word = lastWord;
        if (word != null && says(text, word)) {
            lastWord = null;
            // The far end stays, so that the server carries out what it was told.
            far.handler(lost -> {});
            near.close();
        }
    }

    private static boolean says(Buffer text, String word) {
        return text.toString(StandardCharsets.ISO_8859_1).contains(word);
    }
}
