package dev.runlog.storage.db;

import dev.runlog.contract.text.DurationText;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.Connection;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes its connection if the server stays silent while statements wait for a reply. {@code statement_timeout} does
 * not help here: the server enforces it, and a server that is stopped or unreachable enforces nothing, so the pool
 * would wait forever. Closing the connection fails its statements, and the pool opens another.
 *
 * <p>The driver has no such timeout and no public access to its socket, so this class uses its internals.
 */
final class AnswerGuard extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AnswerGuard.class);
    private static final AttributeKey<AnswerGuard> KEY = AttributeKey.valueOf(AnswerGuard.class, "guard");
    /**
     * Silence is counted in ticks rather than measured by a clock. A pause of this process, during which it receives
     * nothing, then counts as a single tick.
     */
    private static final int TICKS = 4;

    private static final int FLUSHES_HELD_MAX = 64;

    private final Duration silenceMax;
    private final Channel channel;
    private final ForegroundWork work;
    private final AtomicInteger pendingReplies = new AtomicInteger();
    private volatile int silentTicks;

    private AnswerGuard(Duration silenceMax, ForegroundWork work, Channel channel) {
        this.silenceMax = silenceMax;
        this.work = work;
        this.channel = channel;
    }

    /**
     * Guards a new connection.
     *
     * @param work receives the beginning and end of all work on the connection
     */
    static void install(SqlConnection connection, Duration silenceMax, ForegroundWork work) {
        ChannelPipeline pipeline = pipeline(connection);
        // The handler limits the handshake. From now on the connection may be idle between statements.
        if (pipeline.get(IdleStateHandler.class) != null) {
            pipeline.remove(IdleStateHandler.class);
        }
        AnswerGuard guard = new AnswerGuard(silenceMax, work, pipeline.channel());
        pipeline.channel().attr(KEY).set(guard);
        pipeline.addFirst(guard);
    }

    /** The guard of a guarded connection. */
    static AnswerGuard of(SqlConnection connection) {
        return pipeline(connection).channel().attr(KEY).get();
    }

    /** Guards the connection while statements run. Several callers may use it at the same time. */
    <T> Future<T> during(Supplier<Future<T>> statements) {
        if (pendingReplies.getAndIncrement() == 0) {
            silentTicks = 0;
        }
        work.begin();
        Future<T> result;
        try {
            result = statements.get();
        } catch (RuntimeException failure) {
            result = Future.failedFuture(failure);
        }
        return result.onComplete(done -> {
            pendingReplies.decrementAndGet();
            work.end();
        });
    }

    /** Sends the statements of one event loop iteration in one system call. */
    void consolidateFlushes() {
        channel.pipeline().addFirst(new FlushConsolidationHandler(FLUSHES_HELD_MAX, true));
    }

    boolean isConnected() {
        return channel.isActive();
    }

    /**
     * Returns the connection to the pool. A lost connection fails its waiting statements before it notifies the pool,
     * so it is returned only after that. Otherwise the pool would lend it again.
     */
    Future<Void> release(SqlConnection connection) {
        if (channel.isActive()) {
            connection.close();
            return Future.succeededFuture();
        }
        Promise<Void> returned = Promise.promise();
        channel.eventLoop().execute(() -> connection.close().otherwiseEmpty().onComplete(returned));
        return returned.future();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long tickMillis = Math.max(1, silenceMax.toMillis() / TICKS);
        var ticking = context.executor()
                .scheduleWithFixedDelay(() -> tick(context), tickMillis, tickMillis, TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(closed -> ticking.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        silentTicks = 0;
        context.fireChannelRead(message);
    }

    private void tick(ChannelHandlerContext context) {
        if (pendingReplies.get() == 0) {
            return;
        }
        // The first tick after a reply may come early, so one more is needed.
        int silent = silentTicks + 1;
        silentTicks = silent;
        if (silent > TICKS) {
            context.close()
                    .addListener(closed ->
                            log.warn("Closed a database connection: no reply for {}.", DurationText.of(silenceMax)));
        }
    }

    private static ChannelPipeline pipeline(SqlConnection connection) {
        Connection at = ((SqlConnectionInternal) connection).unwrap();
        for (Connection inner = at.unwrap(); inner != at; inner = at.unwrap()) {
            at = inner;
        }
        return ((SocketConnectionBase) at).socket().channelHandlerContext().pipeline();
    }
}
