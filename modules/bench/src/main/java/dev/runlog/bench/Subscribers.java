package dev.runlog.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Many who watch what is running, each the executions of one owner on a socket of its own. */
final class Subscribers implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    /** Sockets that are opened at once. */
    private static final int OPENING_MAX = 50;

    private static final String SUBSCRIBE = """
            {"id":"1","type":"subscribe","payload":{"query":"subscription { runningExecutions { kind execution { id status } } }"}}""";

    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient client;
    private final AtomicInteger synced = new AtomicInteger();
    private volatile Consumer<String> listener = message -> {};

    private Subscribers(int count) {
        client = vertx.createWebSocketClient(
                new WebSocketClientOptions().setMaxConnections(count).setMaxFrameSize(1 << 20));
    }

    /** Returns once all have what runs now; subscriber {@code i} is of owner {@code i % owners}. */
    static Subscribers open(DataSet set, int port, int count) {
        Subscribers subscribers = new Subscribers(count);
        try {
            Semaphore opening = new Semaphore(OPENING_MAX);
            for (int i = 0; i < count; i++) {
                opening.acquire();
                subscribers.open(port, Tokens.of(set.owner(i % set.owners()))).onComplete(done -> opening.release());
            }
            subscribers.awaitAll(count);
            return subscribers;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            subscribers.close();
            throw new BenchFailure("Interrupted.", stop);
        } catch (RuntimeException failure) {
            subscribers.close();
            throw failure;
        }
    }

    /** Hands over each event from now on, as it came, in threads of the client. */
    void listen(Consumer<String> to) {
        listener = to;
    }

    private Future<?> open(int port, String token) {
        ClientWebSocket socket = client.webSocket();
        socket.textMessageHandler(message -> {
            if (message.contains("\"connection_ack\"")) {
                socket.writeTextMessage(SUBSCRIBE);
            } else if (message.contains("\"SYNCED\"")) {
                synced.incrementAndGet();
            } else {
                listener.accept(message);
            }
        });
        return socket.connect(new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setURI("/graphql")
                        .addSubProtocol("graphql-transport-ws"))
                .compose(open -> open.writeTextMessage(
                        "{\"type\":\"connection_init\",\"payload\":{\"Authorization\":\"Bearer " + token + "\"}}"));
    }

    private void awaitAll(int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (synced.get() < count) {
            if (System.nanoTime() > end) {
                throw new BenchFailure("Only " + synced.get() + " of " + count + " subscribers got what is running.");
            }
            Pause.millis(20);
        }
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            Progress.say("subscribers did not close: %s", failure.toString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
