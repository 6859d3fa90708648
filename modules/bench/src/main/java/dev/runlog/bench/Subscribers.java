package dev.runlog.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many who watch what is running, each the executions of one owner on a socket of its own. One thread reads all sockets,
 * and looks into messages only where somebody listens: what this client takes, it takes from the server beside it.
 */
final class Subscribers implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final int BUFFER_BYTES = 1 << 18;

    private static final String SUBSCRIBE = """
            {"id":"1","type":"subscribe","payload":{"query":"subscription { runningExecutions { kind execution { id status } } }"}}""";

    private final Selector selector;
    private final Thread reader = new Thread(this::readAll, "subscribers");
    private final AtomicInteger synced = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable Consumer<String> listener;
    private volatile long received;

    private Subscribers(Selector selector) {
        this.selector = selector;
    }

    /** Returns once all have what runs now; subscriber {@code i} is of owner {@code i % owners}. */
    static Subscribers open(DataSet set, int port, int count) {
        Subscribers subscribers;
        try {
            subscribers = new Subscribers(Selector.open());
        } catch (IOException noSelector) {
            throw new BenchFailure("Nobody can subscribe: " + noSelector, noSelector);
        }
        subscribers.reader.start();
        try {
            for (int i = 0; i < count; i++) {
                subscribers.open(port, Tokens.of(set.owner(i % set.owners())));
            }
            subscribers.awaitAll(count);
            return subscribers;
        } catch (IOException refused) {
            subscribers.close();
            throw new BenchFailure("A subscriber could not connect: " + refused, refused);
        } catch (RuntimeException failure) {
            subscribers.close();
            throw failure;
        }
    }

    /** Hands over each event from now on, as it came, in the thread that reads; null for nobody. */
    void listen(@Nullable Consumer<String> to) {
        listener = to;
    }

    /** Returns once so many events have come; fails where they do not in time. */
    void await(long events, long millisMax) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
        while (received < events) {
            requireAll();
            if (System.nanoTime() > end) {
                throw new BenchFailure("Of " + events + " events " + received + " came.");
            }
            Pause.millis(5);
        }
    }

    /** Processor time that reading has taken. */
    Duration processorTime() {
        return Duration.ofNanos(ManagementFactory.getThreadMXBean().getThreadCpuTime(reader.getId()));
    }

    /** Fails where a socket was closed, or what came on it was no message. */
    void requireAll() {
        Throwable why = failure.get();
        if (why != null) {
            throw new BenchFailure("Subscribers failed: " + why, why);
        }
    }

    private void open(int port, String token) throws IOException {
        WatchingSocket socket = WatchingSocket.open(port, "/graphql", "graphql-transport-ws");
        socket.channel().register(selector, SelectionKey.OP_READ, socket);
        selector.wakeup();
        socket.sendText("{\"type\":\"connection_init\",\"payload\":{\"Authorization\":\"Bearer " + token + "\"}}");
    }

    private void readAll() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            while (selector.isOpen()) {
                selector.select(key -> read((WatchingSocket) key.attachment(), buffer));
            }
        } catch (IOException | RuntimeException why) {
            failure.compareAndSet(null, why);
        }
    }

    private void read(WatchingSocket socket, ByteBuffer buffer) {
        try {
            socket.read(buffer, text -> receive(socket, text));
        } catch (IOException | RuntimeException why) {
            failure.compareAndSet(null, why);
            closeQuietly(socket);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread counts, others look.
    private void receive(WatchingSocket socket, ByteBuffer text) throws IOException {
        Consumer<String> to = listener;
        if (!socket.synced) {
            String message = StandardCharsets.UTF_8.decode(text).toString();
            if (message.contains("\"connection_ack\"")) {
                socket.sendText(SUBSCRIBE);
            } else if (message.contains("\"SYNCED\"")) {
                socket.synced = true;
                synced.incrementAndGet();
            }
        } else {
            received++;
            if (to != null) {
                to.accept(StandardCharsets.UTF_8.decode(text).toString());
            }
        }
    }

    private void awaitAll(int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (synced.get() < count) {
            requireAll();
            if (System.nanoTime() > end) {
                throw new BenchFailure("Only " + synced.get() + " of " + count + " subscribers got what is running.");
            }
            Pause.millis(20);
        }
    }

    @Override
    public void close() {
        try {
            selector.wakeup();
            selector.keys().forEach(key -> closeQuietly((WatchingSocket) key.attachment()));
            selector.close();
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (IOException unclosed) {
            Progress.say("subscribers did not close: %s", unclosed.toString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(WatchingSocket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // It is gone either way.
        }
    }
}
