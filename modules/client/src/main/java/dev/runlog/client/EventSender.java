package dev.runlog.client;

import dev.runlog.client.EventsClient.Reply;
import dev.runlog.client.EventsClient.ReplyKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the buffered events in batches until the buffer is closed and empty. Runs on its own thread.
 *
 * <p>With a spool, a batch that cannot be sent goes to disk, and so do later events until the server has all that is on
 * disk. So events are sent in the order in which they were recorded.
 */
final class EventSender implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(EventSender.class);
    private static final int BATCH_MAX = 500;
    /** Default limit of many proxies. */
    private static final long BATCH_MAX_BYTES = 1 << 20;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** A wait for the server that has no other limit ends after this time, even if the server asks for more. */
    private static final Duration RETRY_AFTER_MAX = Duration.ofMinutes(1);

    private static final String CLOSED = "The recorder was closed before it could send them.";

    private final EventBuffer buffer;
    private final Backlog backlog;
    private final EventsClient client;
    private final Duration giveUpAfter;
    private final LossReporter losses;
    private volatile long closeBy = Long.MAX_VALUE;
    private volatile CompletableFuture<?> pause = CompletableFuture.completedFuture(null);
    private boolean unavailable;

    EventSender(EventBuffer buffer, Backlog backlog, EventsClient client, Duration giveUpAfter, LossReporter losses) {
        this.buffer = buffer;
        this.backlog = backlog;
        this.client = client;
        this.giveUpAfter = giveUpAfter;
        this.losses = losses;
    }

    /** Closes the buffer and sends the rest until a deadline in terms of {@link System#nanoTime}. */
    void closeBy(long nanoTime) {
        closeBy = nanoTime;
        buffer.close();
        if (!backlog.isEmpty()) {
            pause.complete(null); // It may be long; there is time for a last attempt.
        }
    }

    @Override
    public void run() {
        try {
            while (!isPast(closeBy)) {
                if (!backlog.isEmpty()) {
                    sendBacklog();
                    continue;
                }
                List<Event> batch = buffer.take(BATCH_MAX, BATCH_MAX_BYTES, () -> false);
                if (batch.isEmpty()) {
                    return;
                }
                sendFresh(batch);
            }
        } catch (InterruptedException closing) {
            // The recorder stops this thread.
        } finally {
            buffer.close();
            List<Event> rest = buffer.poll(BATCH_MAX, BATCH_MAX_BYTES);
            while (!rest.isEmpty()) {
                keepOrLose(rest, CLOSED);
                buffer.done(rest);
                rest = buffer.poll(BATCH_MAX, BATCH_MAX_BYTES);
            }
            backlog.close();
        }
    }

    /** Sends a batch from memory. */
    private void sendFresh(List<Event> batch) throws InterruptedException {
        Delivery delivery = new Delivery(batch, losses);
        String reason = CLOSED;
        try {
            reason = deliver(delivery, false);
        } catch (RuntimeException | Error unexpected) {
            log.error("Cannot send events.", unexpected);
            reason = unexpected.toString();
        } finally {
            keepOrLose(delivery.rest(), reason);
            buffer.done(batch);
        }
    }

    private void keepOrLose(List<Event> events, String reason) {
        if (!events.isEmpty() && !backlog.keep(events)) {
            losses.lost(events.size(), reason);
        }
    }

    /** Sends a batch from disk. If the recorder is closed meanwhile, the whole batch stays there. */
    private void sendBacklog() throws InterruptedException {
        List<Event> batch = backlog.first(BATCH_MAX, BATCH_MAX_BYTES);
        Delivery delivery = new Delivery(batch, losses);
        try {
            deliver(delivery, true);
        } catch (RuntimeException | Error unexpected) {
            log.error("Cannot send events.", unexpected);
            delivery.lose(unexpected.toString());
        }
        if (delivery.isDone()) {
            backlog.remove(batch.size());
            buffer.wake();
        }
    }

    /** Returns why events are left. */
    private String deliver(Delivery delivery, boolean isOnDisk) throws InterruptedException {
        while (!delivery.isDone()) {
            Reply reply = send(delivery, isOnDisk);
            switch (reply.kind()) {
                case RECORDED -> delivery.recorded(reply.report());
                case REFUSED -> delivery.refused(reply.reason());
                case DENIED, UNAVAILABLE -> {
                    return reply.reason();
                }
            }
        }
        return "";
    }

    /** Sends the next part. Retries until there is a final reply, the events are on disk, or time runs out. */
    private Reply send(Delivery delivery, boolean isOnDisk) throws InterruptedException {
        List<Event> events = delivery.next();
        byte[] body = EventsClient.body(events);
        long giveUpAt = isOnDisk ? Long.MAX_VALUE : System.nanoTime() + giveUpAfter.toNanos();
        Duration backoff = FIRST_PAUSE;
        while (true) {
            Reply reply = await(client.post(body), isOnDisk && (unavailable || backlog.hasMoreThan(events.size())));
            if (isFinal(reply)) {
                unavailable = false;
                return reply;
            }
            long left = nanosUntil(closeBy == Long.MAX_VALUE ? giveUpAt : closeBy);
            if (left <= 0) {
                return reply;
            }
            if (!unavailable) {
                unavailable = true;
                log.warn("Cannot send events, will retry: {}", reply.reason());
            }
            boolean isHandedOver = !isOnDisk && backlog.keep(delivery.rest());
            Duration wait = backoff.compareTo(reply.retryAfter()) < 0 ? reply.retryAfter() : backoff;
            // Try once more before giving up, even if the server asks for a longer wait.
            long millis = Math.min(wait.toMillis(), left / 1_000_000 + 1);
            if (isHandedOver) {
                delivery.handOver();
                sleep(millis, true);
                return reply;
            }
            sleep(millis, isOnDisk);
            backoff = backoff.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? backoff.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** With a spool, events also wait for an operator to grant access. */
    private boolean isFinal(Reply reply) {
        return reply.kind() != ReplyKind.UNAVAILABLE && (reply.kind() != ReplyKind.DENIED || !backlog.isConfigured());
    }

    private void sleep(long millis, boolean isOnDisk) throws InterruptedException {
        long bounded = isOnDisk ? Math.min(millis, RETRY_AFTER_MAX.toMillis()) : millis;
        CompletableFuture<?> timer = new CompletableFuture<>().completeOnTimeout(null, bounded, TimeUnit.MILLISECONDS);
        pause = timer;
        await(timer, isOnDisk);
    }

    /** Waits. Meanwhile moves events that are recorded behind a backlog to disk. */
    private <T> T await(CompletableFuture<T> future, boolean movesEvents) throws InterruptedException {
        CompletableFuture<T> waking = movesEvents ? future.whenComplete((result, failure) -> buffer.wake()) : future;
        boolean moved = movesEvents;
        while (moved && !future.isDone()) {
            List<Event> batch = buffer.take(BATCH_MAX, BATCH_MAX_BYTES, future::isDone);
            moved = !batch.isEmpty() && backlog.keep(batch);
            if (moved) {
                buffer.done(batch);
            } else {
                buffer.putBack(batch);
            }
        }
        try {
            return waking.get();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        }
    }

    private static long nanosUntil(long nanoTime) {
        return nanoTime == Long.MAX_VALUE ? Long.MAX_VALUE : nanoTime - System.nanoTime();
    }

    private static boolean isPast(long nanoTime) {
        return nanosUntil(nanoTime) < 0;
    }
}
