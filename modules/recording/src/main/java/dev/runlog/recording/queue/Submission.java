package dev.runlog.recording.queue;

import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Outcomes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The events of one request on their way through the lanes. The reply is sent when all have outcomes. */
public final class Submission {
    private final Outcome[] outcomes;
    private final Promise<Outcomes> answer = Promise.promise();
    private final long acceptedNanos = System.nanoTime();
    private final String caller;
    private int unsettled;

    public Submission(String caller, int events) {
        this.caller = caller;
        this.outcomes = new Outcome[events];
        this.unsettled = events;
    }

    /** The subject of the request's token. */
    public String caller() {
        return caller;
    }

    public void settle(int index, Outcome outcome) {
        outcomes[index] = Objects.requireNonNull(outcome);
        unsettled--;
        if (unsettled == 0) {
            answer.tryComplete(new Outcomes(List.of(outcomes)));
        }
    }

    /** Fails the whole request. The caller may send it again; events that were recorded are then duplicates. */
    public void fail(Throwable failure) {
        answer.tryFail(failure);
    }

    /** Whether the reply was sent. Remaining events need not be written then. */
    public boolean isAnswered() {
        return answer.future().isComplete();
    }

    /** The time of arrival, from {@link System#nanoTime}. */
    public long acceptedNanos() {
        return acceptedNanos;
    }

    public Future<Outcomes> answer() {
        return outcomes.length == 0 ? Future.succeededFuture(new Outcomes(List.of())) : answer.future();
    }

    @Override
    public String toString() {
        return "Submission" + Arrays.toString(outcomes);
    }
}
