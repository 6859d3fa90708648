package dev.runlog.storage.db;

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
 * Closes its connection where the server falls silent while somebody waits for it. {@code statement_timeout} is kept by
 * the server: one that is stopped, or gone without a goodbye, keeps nothing, and a pool would wait for it for ever. A
 * closed connection fails all that was asked of it, and the pool makes another.
 *
 * <p>The driver has no such bound and lends no way to its socket, so this goes by its internals.
 */
final class AnswerGuard extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AnswerGuard.class);
    private static final AttributeKey<AnswerGuard> KEY = AttributeKey.valueOf(AnswerGuard.class, "guard");
    /**
     * Silence is counted in ticks rather than read off a clock, so that a pause of this process, in which it could hear
     * nothing, is one tick of silence and not the server's fault.
     */
    private static final int TICKS = 4;

    private static final int FLUSHES_HELD_MAX = 64;

    private final Duration silenceMax;
    private final Channel channel;
    private final ForegroundWork work;
    private final AtomicInteger answersDue = new AtomicInteger();
    private volatile int silentTicks;

    private AnswerGuard(Duration silenceMax, ForegroundWork work, Channel channel) {
        this.silenceMax = silenceMax;
        this.work = work;
        this.channel = channel;
    }

    /**
     * Guards a connection that was opened just now.
     *
     * @param work what is told of all that the connection is asked
     */
    static void install(SqlConnection connection, Duration silenceMax, ForegroundWork work) {
        ChannelPipeline pipeline = pipeline(connection);
        // It bounds the handshake; from now on a connection may be idle for as long as nobody wants anything of it.
        if (pipeline.get(IdleStateHandler.class) != null) {
            pipeline.remove(IdleStateHandler.class);
        }
        AnswerGuard guard = new AnswerGuard(silenceMax, work, pipeline.channel());
        pipeline.channel().attr(KEY).set(guard);
        pipeline.addFirst(guard);
    }

    /** The guard of a connection that has one. */
    static AnswerGuard of(SqlConnection connection) {
        return pipeline(connection).channel().attr(KEY).get();
    }

    /** Guards the connection while statements run, which may be those of several callers. */
    <T> Future<T> during(Supplier<Future<T>> statements) {
        if (answersDue.getAndIncrement() == 0) {
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
            answersDue.decrementAndGet();
            work.end();
        });
    }

    /** Sends what one turn of the event loop brings by one call of the system. */
    void holdFlushes() {
        channel.pipeline().addFirst(new FlushConsolidationHandler(FLUSHES_HELD_MAX, true));
    }

    boolean isConnected() {
        return channel.isActive();
    }

    /**
     * A lost connection tells first those who wait for an answer of it, then the pool. It is given back after that, or
     * the pool would lend it to the next at once, who would fail for nothing.
     */
    Future<Void> giveBack(SqlConnection connection) {
        if (channel.isActive()) {
            connection.close();
            return Future.succeededFuture();
        }
        Promise<Void> given = Promise.promise();
        channel.eventLoop().execute(() -> connection.close().otherwiseEmpty().onComplete(given));
        return given.future();
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
        if (answersDue.get() == 0) {
            return;
        }
        // The tick that follows a sign of life at once says little.
        int silent = silentTicks + 1;
        silentTicks = silent;
        if (silent > TICKS) {
            context.close()
                    .addListener(closed ->
                            log.warn("The database has been silent for {}; a connection was given up.", silenceMax));
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
