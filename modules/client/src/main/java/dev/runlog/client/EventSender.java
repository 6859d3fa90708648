package dev.runlog.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.client.EventsClient.Outcome;
import dev.runlog.client.EventsClient.Reply;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the buffered events in batches until the buffer is closed and empty. Runs on its own thread. */
final class EventSender implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(EventSender.class);
    private static final int BATCH_MAX = 500;
    /** Default limit of many proxies. */
    private static final long BATCH_MAX_BYTES = 1 << 20;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** If this many single events are rejected and none is accepted, the events are not the cause. */
    private static final int REFUSED_ALONE_MAX = 20;

    private final EventBuffer buffer;
    private final EventsClient client;
    private final Duration giveUpAfter;
    private final LossReporter losses;
    private volatile long closeBy = Long.MAX_VALUE;
    private boolean unavailable;

    /** Events of the current batch without an outcome yet. */
    private int undecided;

    EventSender(EventBuffer buffer, EventsClient client, Duration giveUpAfter, LossReporter losses) {
        this.buffer = buffer;
        this.client = client;
        this.giveUpAfter = giveUpAfter;
        this.losses = losses;
    }

    /** Closes the buffer and sends the rest until a deadline in terms of {@link System#nanoTime}. */
    void closeBy(long nanoTime) {
        closeBy = nanoTime;
        buffer.close();
    }

    @Override
    public void run() {
        try {
            while (!isPast(closeBy)) {
                List<Event> batch = buffer.take(BATCH_MAX, BATCH_MAX_BYTES);
                if (batch.isEmpty()) {
                    return;
                }
                deliver(batch);
            }
        } catch (InterruptedException closing) {
            // The recorder stops this thread.
        } finally {
            buffer.close();
            List<Event> rest = buffer.drain();
            losses.lost(rest.size(), "The recorder was closed before it could send them.");
            buffer.done(rest);
        }
    }

    private void deliver(List<Event> batch) throws InterruptedException {
        undecided = batch.size();
        String reason = "The recorder was closed before it could send them.";
        try {
            reason = deliverInParts(batch);
        } catch (RuntimeException | Error unexpected) {
            log.error("Cannot send events.", unexpected);
            reason = unexpected.toString();
        } finally {
            losses.lost(undecided, reason);
            buffer.done(batch);
        }
    }

    /**
     * Splits rejected batches until each bad event is isolated. Returns why the remaining undecided events are dropped.
     */
    private String deliverInParts(List<Event> batch) throws InterruptedException {
        Deque<List<Event>> parts = new ArrayDeque<>(List.of(batch));
        int accepted = 0;
        int refusedAlone = 0;
        while (!parts.isEmpty()) {
            List<Event> part = parts.pop();
            Reply answer = send(part);
            if (answer.outcome() == Outcome.RECORDED) {
                accepted++;
                undecided -= part.size();
                reportRejected(part, answer.report());
            } else if (answer.outcome() != Outcome.REFUSED) {
                return answer.reason();
            } else if (part.size() > 1) {
                int half = part.size() / 2;
                parts.push(part.subList(half, part.size()));
                parts.push(part.subList(0, half));
            } else {
                Event shorter = part.get(0).shortened();
                if (shorter != null) {
                    parts.push(List.of(shorter));
                    continue;
                }
                refusedAlone++;
                if (accepted == 0 && refusedAlone >= REFUSED_ALONE_MAX) {
                    return answer.reason();
                }
                undecided--;
                losses.lost(1, answer.reason());
            }
        }
        return "";
    }

    /** Retries until there is a final answer or time runs out. */
    private Reply send(List<Event> events) throws InterruptedException {
        byte[] body = EventsClient.body(events);
        long giveUpAt = System.nanoTime() + giveUpAfter.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            Reply answer = client.post(body);
            if (answer.outcome() != Outcome.UNAVAILABLE) {
                unavailable = false;
                return answer;
            }
            long now = System.nanoTime();
            long left = (closeBy == Long.MAX_VALUE ? giveUpAt : closeBy) - now;
            if (left <= 0) {
                return answer;
            }
            if (!unavailable) {
                unavailable = true;
                log.warn("Cannot send events, will retry for {} s: {}", left / 1_000_000_000, answer.reason());
            }
            Duration wait = pause.compareTo(answer.retryAfter()) < 0 ? answer.retryAfter() : pause;
            // Try once more before giving up, even if the server asks for a longer wait.
            Thread.sleep(Math.min(wait.toMillis(), left / 1_000_000 + 1));
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private static boolean isPast(long nanoTime) {
        return nanoTime != Long.MAX_VALUE && System.nanoTime() - nanoTime > 0;
    }

    private void reportRejected(List<Event> events, JsonNode report) {
        for (JsonNode rejected : report.path("rejected")) {
            int line = rejected.path("line").asInt();
            if (line >= 1 && line <= events.size()) {
                losses.rejected(
                        events.get(line - 1),
                        rejected.path("code").asText(),
                        rejected.path("message").asText());
            }
        }
    }
}
