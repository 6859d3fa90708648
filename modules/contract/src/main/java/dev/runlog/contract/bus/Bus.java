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

/** Requests and events by type over Vert.x's event bus; nobody else sees an address or a codec. */
public final class Bus implements Requests {
    private static final Logger log = LoggerFactory.getLogger(Bus.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private static final String STREAM = "stream";
    private static final String NUMBER = "number";

    private final EventBus eventBus;
    /** Requests are answered where they are made: every process has all who answer, and its own is the nearest. */
    private final DeliveryOptions options;

    private final @Nullable Continuity continuity;

    private Bus(EventBus eventBus, Duration timeout, @Nullable Continuity continuity) {
        this.eventBus = eventBus;
        this.options = new DeliveryOptions()
                .setCodecName(MessageJsonCodec.NAME)
                .setSendTimeout(timeout.toMillis())
                .setLocalOnly(true);
        this.continuity = continuity;
    }

    /**
     * The bus of a Vert.x instance; called once for each, as it registers the codecs.
     *
     * @param timeout how long a request waits for its reply before it fails with {@code OVERLOADED}
     */
    public static Bus create(Vertx vertx, Duration timeout) {
        EventBus eventBus = vertx.eventBus();
        eventBus.registerCodec(new MessageJsonCodec());
        eventBus.registerDefaultCodec(RunlogException.class, new FailureCodec());
        return new Bus(eventBus, timeout, vertx.isClustered() ? new Continuity() : null);
    }

    /**
     * Begins to tell the other processes of a cluster that this one is there, and to notice where announcements of
     * theirs are missing; see {@link #onGap}. Called once, where the Vert.x instance is clustered.
     */
    public void keepContact(Vertx vertx, Duration interval) {
        Continuity contact = continuity;
        if (contact == null) {
            throw new IllegalStateException("There is no cluster.");
        }
        eventBus.<Beat>consumer(Beat.class.getName(), message -> contact.received(message.body()));
        vertx.setPeriodic(interval.toMillis(), timer -> {
            publish(contact.beat());
            contact.tick();
        });
    }

    /** How many other processes are heard of. */
    public int peers() {
        return continuity == null ? 0 : continuity.peers();
    }

    /** Calls the listener, on the caller's context, whenever events of other processes may have been missed. */
    public void onGap(Runnable listener) {
        Context context = Vertx.currentContext();
        if (continuity != null) {
            continuity.onGap(() -> {
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

    /** Sends requests for an answer that may take no more memory than its allowance. */
    public Requests within(Allowance allowance) {
        return new Requests() {
            @Override
            public <R extends Message> Future<R> request(Request<R> request) {
                return Bus.this.request(new Allowed(request, allowance), request.getClass());
            }
        };
    }

    /** A request with the allowance that its reply has to keep to; requests never leave the process. */
    private record Allowed(Request<?> request, Allowance allowance) implements Message {}

    private <R extends Message> Future<R> request(Message request, Class<?> type) {
        // Of the request its type alone is kept until the reply: it may be large, and many may wait.
        return eventBus.<R>request(type.getName(), request, options)
                .map(io.vertx.core.eventbus.Message::body)
                .recover(failure -> Future.failedFuture(toRunlogException(failure, type)));
    }

    /** Answers all requests of a type. What the handler fails with is answered; an unknown failure is logged here. */
    public <R extends Message, Q extends Request<R>> MessageConsumer<Message> handle(
            Class<Q> type, Function<Q, Future<R>> handler) {
        return handle(type, (request, allowance) -> handler.apply(request));
    }

    /** The same, with the allowance of the answer that the reply is for. */
    public <R extends Message, Q extends Request<R>> MessageConsumer<Message> handle(
            Class<Q> type, BiFunction<Q, Allowance, Future<R>> handler) {
        return eventBus.<Message>localConsumer(type.getName(), message -> {
            // Not by message.reply, which would keep the request in memory until then.
            String replyAddress = message.replyAddress();
            Allowed allowed = message.body() instanceof Allowed with
                    ? with
                    : new Allowed((Request<?>) message.body(), Allowance.UNLIMITED);
            invoke(() -> handler.apply(type.cast(allowed.request()), allowed.allowance()))
                    .onSuccess(reply -> eventBus.send(replyAddress, reply, options))
                    .onFailure(failure -> eventBus.send(replyAddress, toRunlogException(failure, type), LOCAL));
        });
    }

    /** Hands an event to all subscribers of its type, in all processes of a cluster. */
    public void publish(Event event) {
        DeliveryOptions everywhere = new DeliveryOptions().setCodecName(MessageJsonCodec.NAME);
        if (continuity != null && !(event instanceof Beat)) {
            Continuity.Stamp stamp = continuity.stamp(event.getClass());
            everywhere.addHeader(STREAM, stamp.stream()).addHeader(NUMBER, Long.toString(stamp.number()));
        }
        eventBus.publish(event.getClass().getName(), event, everywhere);
    }

    /** Calls the listener with every event of a type from now on, on the caller's context. */
    public <E extends Event> MessageConsumer<E> subscribe(Class<E> type, Consumer<E> listener) {
        Continuity contact = continuity;
        if (contact == null) {
            return eventBus.consumer(type.getName(), message -> listener.accept(message.body()));
        }
        contact.listenTo(type);
        return eventBus.consumer(type.getName(), message -> {
            String number = message.headers().get(NUMBER);
            if (number != null) {
                contact.received(new Continuity.Stamp(message.headers().get(STREAM), Long.parseLong(number)));
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
            return RunlogException.overloaded("No answer in time.", RETRY_AFTER);
        }
        if (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
            return RunlogException.overloaded("The server is starting or stopping.", RETRY_AFTER);
        }
        UUID incident = Ids.next();
        log.error("{} failed, incident {}", request.getSimpleName(), incident, failure);
        return RunlogException.internal(incident);
    }
}
