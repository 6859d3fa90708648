package dev.runlog.contract.bus;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends requests and events over the Vert.x event bus, addressed by their type. Hides addresses and codecs. */
public final class Bus implements Requests {
    private static final Logger log = LoggerFactory.getLogger(Bus.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private static final String STREAM = "stream";
    private static final String NUMBER = "number";

    private final EventBus eventBus;
    /** Requests never leave the process: each one has all the handlers. */
    private final DeliveryOptions options;

    private final @Nullable GapDetector gaps;
    /** Event loop of {@link LoopRequest}s. */
    private final int loop;

    private Bus(EventBus eventBus, DeliveryOptions options, @Nullable GapDetector gaps, int loop) {
        this.eventBus = eventBus;
        this.options = options;
        this.gaps = gaps;
        this.loop = loop;
    }

    /**
     * Creates the bus of a Vert.x instance and registers its codecs. Call it once per instance.
     *
     * @param timeout how long a request waits for its reply before it fails with {@code OVERLOADED}
     */
    public static Bus create(Vertx vertx, Duration timeout) {
        EventBus eventBus = vertx.eventBus();
        eventBus.registerCodec(new MessageJsonCodec());
        eventBus.registerDefaultCodec(RunlogException.class, new FailureCodec());
        DeliveryOptions options = new DeliveryOptions()
                .setCodecName(MessageJsonCodec.NAME)
                .setSendTimeout(timeout.toMillis())
                .setLocalOnly(true);
        return new Bus(eventBus, options, vertx.isClustered() ? new GapDetector() : null, 0);
    }

    /**
     * Returns a view of this bus that sends each {@link LoopRequest} to the handler of that event loop, and registers
     * handlers for that loop. A bus without this call uses loop 0.
     */
    public Bus onLoop(int number) {
        return new Bus(eventBus, options, gaps, number);
    }

    /**
     * Starts to send beats to the other processes of the cluster and to detect missing announcements; see {@link
     * #onGap}. Call it once, on a clustered Vert.x instance.
     */
    public void startBeats(Vertx vertx, Duration interval) {
        GapDetector detector = gaps;
        if (detector == null) {
            throw new IllegalStateException("The Vert.x instance is not clustered.");
        }
        eventBus.<Beat>consumer(Beat.class.getName(), message -> detector.received(message.body()));
        vertx.setPeriodic(interval.toMillis(), timer -> {
            publish(detector.beat());
            detector.tick();
        });
    }

    /** Number of other processes that are known to be alive. */
    public int peers() {
        return gaps == null ? 0 : gaps.peers();
    }

    /** Calls the listener, on the caller's context, whenever events of other processes may have been missed. */
    public void onGap(Runnable listener) {
        Context context = Vertx.currentContext();
        if (gaps != null) {
            gaps.onGap(() -> {
                if (context == null) {
                    listener.run();
                } else {
                    context.runOnContext(now -> listener.run());
                }
            });
        }
    }

    @Override
    public <R extends Message> Future<R> request(Request<R> request) {
        return request(request, request.getClass());
    }

    /** Returns a view of this bus that limits the memory of each response to an allowance. */
    public Requests within(Allowance allowance) {
        return new Requests() {
            @Override
            public <R extends Message> Future<R> request(Request<R> request) {
                return Bus.this.request(new Allowed(request, allowance), request.getClass());
            }
        };
    }

    /** A request with the memory allowance of its reply. */
    private record Allowed(Request<?> request, Allowance allowance) implements Message {}

    private <R extends Message> Future<R> request(Message request, Class<?> type) {
        // Keep only the type of the request until the reply arrives: requests may be large, and many may be pending.
        return eventBus.<R>request(address(type), request, options)
                .map(io.vertx.core.eventbus.Message::body)
                .recover(failure -> Future.failedFuture(toRunlogException(failure, type)));
    }

    /**
     * Registers the handler for requests of a type. Its failures are sent to the caller; unexpected ones are also
     * logged here.
     */
    public <R extends Message, Q extends Request<R>> MessageConsumer<Message> handle(
            Class<Q> type, Function<Q, Future<R>> handler) {
        return handle(type, (request, allowance) -> handler.apply(request));
    }

    /** Registers a handler that also receives the memory allowance of the response. */
    public <R extends Message, Q extends Request<R>> MessageConsumer<Message> handle(
            Class<Q> type, BiFunction<Q, Allowance, Future<R>> handler) {
        return eventBus.<Message>localConsumer(address(type), message -> {
            // message.reply would keep the request in memory until then.
            String replyAddress = message.replyAddress();
            Allowed allowed = message.body() instanceof Allowed with
                    ? with
                    : new Allowed((Request<?>) message.body(), Allowance.UNLIMITED);
            invoke(() -> handler.apply(type.cast(allowed.request()), allowed.allowance()))
                    .onSuccess(reply -> eventBus.send(replyAddress, reply, options))
                    .onFailure(failure -> eventBus.send(replyAddress, toRunlogException(failure, type), LOCAL));
        });
    }

    private String address(Class<?> type) {
        return loop > 0 && LoopRequest.class.isAssignableFrom(type) ? type.getName() + "#" + loop : type.getName();
    }

    /** Publishes an event to all subscribers of its type, in all processes of the cluster. */
    public void publish(Event event) {
        DeliveryOptions everywhere = new DeliveryOptions().setCodecName(MessageJsonCodec.NAME);
        if (gaps != null && !(event instanceof Beat)) {
            GapDetector.Stamp stamp = gaps.stamp(event.getClass());
            everywhere.addHeader(STREAM, stamp.stream()).addHeader(NUMBER, Long.toString(stamp.number()));
        }
        eventBus.publish(event.getClass().getName(), event, everywhere);
    }

    /** Calls the listener with every event of a type from now on, on the caller's context. */
    public <E extends Event> MessageConsumer<E> subscribe(Class<E> type, Consumer<E> listener) {
        GapDetector detector = gaps;
        if (detector == null) {
            return eventBus.consumer(type.getName(), message -> listener.accept(message.body()));
        }
        detector.listenTo(type);
        return eventBus.consumer(type.getName(), message -> {
            String number = message.headers().get(NUMBER);
            if (number != null) {
                detector.received(new GapDetector.Stamp(message.headers().get(STREAM), Long.parseLong(number)));
            }
            listener.accept(message.body());
        });
    }

    private static <R extends Message> Future<R> invoke(Supplier<Future<R>> handler) {
        try {
            return handler.get();
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }

    private static RunlogException toRunlogException(Throwable failure, Class<?> request) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        if (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.TIMEOUT) {
            return RunlogException.overloaded("The request timed out.", RETRY_AFTER);
        }
        if (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
            return RunlogException.overloaded("The server is starting or stopping.", RETRY_AFTER);
        }
        UUID incident = Ids.next();
        log.error("{} failed, incident {}", request.getSimpleName(), incident, failure);
        return RunlogException.internal(incident);
    }
}
