package dev.runlog.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.client.EventsClient.Answer;
import dev.runlog.client.EventsClient.Meaning;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what the buffer holds, batch by batch, until the buffer is closed and empty. Runs on a thread of its own. */
final class EventSender implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(EventSender.class);
    private static final int BATCH_MAX = 500;
    /** What many proxies accept by default. */
    private static final long BATCH_MAX_BYTES = 1 << 20;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** Where so many events were refused alone and none was accepted, it is not the events' fault. */
    private static final int REFUSED_ALONE_MAX = 20;

    private final EventBuffer buffer;
    private final EventsClient client;
    private final Duration giveUpAfter;
    private final Losses losses;
    private volatile long closeBy = Long.MAX_VALUE;
    private boolean away;

    /** Events of the current batch of which it is not known yet what becomes of them. */
    private int undecided;

    EventSender(EventBuffer buffer, EventsClient client, Duration giveUpAfter, Losses losses) {
        this.buffer = buffer;
        this.client = client;
        this.giveUpAfter = giveUpAfter;
        this.losses = losses;
    }

    /** Sends what is left until then, in terms of {@link System#nanoTime}. */
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
            // The recorder's time is up, and this thread ends.
        } finally {
            buffer.close();
            List<Event> rest = buffer.drain();
            losses.lost(rest.size(), "The recorder was closed before they could be sent.");
            buffer.done(rest);
        }
    }

    private void deliver(List<Event> batch) throws InterruptedException {
        undecided = batch.size();
        String reason = "The recorder was closed before they could be sent.";
        try {
            reason = deliverInParts(batch);
        } catch (RuntimeException | Error unexpected) {
            log.error("Sending failed.", unexpected);
            reason = unexpected.toString();
        } finally {
            losses.lost(undecided, reason);
            buffer.done(batch);
        }
    }

    /** Splits what is refused until the bad event stands alone. Returns why what is undecided at the end is given up. */
    private String deliverInParts(List<Event> batch) throws InterruptedException {
        Deque<List<Event>> parts = new ArrayDeque<>(List.of(batch));
        int accepted = 0;
        int refusedAlone = 0;
        while (!parts.isEmpty()) {
            List<Event> part = parts.pop();
            Answer answer = send(part);
            if (answer.meaning() == Meaning.RECORDED) {
                accepted++;
                undecided -= part.size();
                reportRejected(part, answer.report());
            } else if (answer.meaning() != Meaning.REFUSED) {
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

    /** Tries until there is an answer that counts or time is up. */
    private Answer send(List<Event> events) throws InterruptedException {
        byte[] body = EventsClient.body(events);
        long giveUpAt = System.nanoTime() + giveUpAfter.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            Answer answer = client.post(body);
            if (answer.meaning() != Meaning.AWAY) {
                away = false;
                return answer;
            }
            long now = System.nanoTime();
            long left = (closeBy == Long.MAX_VALUE ? giveUpAt : closeBy) - now;
            if (left <= 0) {
                return answer;
            }
            if (!away) {
                away = true;
                log.warn(
                        "Events cannot be sent and will be retried for {} s: {}",
                        left / 1_000_000_000,
                        answer.reason());
            }
            Duration wait = pause.compareTo(answer.retryAfter()) < 0 ? answer.retryAfter() : pause;
            // However long the server asks for, there is a last try before giving up.
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
