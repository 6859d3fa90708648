package dev.runlog.bench.traffic;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Pause;
import dev.runlog.bench.support.Progress;
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
 * Many subscribers to running executions, each for one owner and on its own socket. One thread reads all sockets, and
 * parses messages only for a listener, to leave the processor to the server.
 */
public final class Subscribers implements AutoCloseable {
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

    /** Returns when all have received their snapshot; subscriber {@code i} has the owner {@code i % owners}. */
    public static Subscribers open(DataSet set, int port, int count) {
        Subscribers subscribers;
        try {
            subscribers = new Subscribers(Selector.open());
        } catch (IOException noSelector) {
            throw new BenchFailure("Cannot subscribe: " + noSelector, noSelector);
        }
        subscribers.reader.start();
        try {
            for (int i = 0; i < count; i++) {
                subscribers.open(port, OwnerTokens.of(set.owner(i % set.owners())));
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

    /** Sets the listener for raw events, called on the reading thread; null for none. */
    public void listen(@Nullable Consumer<String> to) {
        listener = to;
    }

    /** Waits for a number of events; fails on timeout. */
    public void await(long events, long millisMax) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
        while (received < events) {
            requireAll();
            if (System.nanoTime() > end) {
                throw new BenchFailure("Only " + received + " of " + events + " events arrived.");
            }
            Pause.millis(5);
        }
    }

    /** Processor time used for reading. */
    public Duration processorTime() {
        return Duration.ofNanos(ManagementFactory.getThreadMXBean().getThreadCpuTime(reader.getId()));
    }

    /** Fails if a socket was closed or received an invalid message. */
    public void requireAll() {
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

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes, others read.
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
                throw new BenchFailure("Only " + synced.get() + " of " + count + " subscribers got their snapshot.");
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
            // Closed in any case.
        }
    }
}
