package dev.runlog.recording;

import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Outcomes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The events of one request on their way through the lanes. The reply is sent when all have outcomes. */
final class Submission {
    private final Outcome[] outcomes;
    private final Promise<Outcomes> answer = Promise.promise();
    private final long acceptedNanos = System.nanoTime();
    private final String caller;
    private int unsettled;

    Submission(String caller, int events) {
        this.caller = caller;
        this.outcomes = new Outcome[events];
        this.unsettled = events;
    }

    /** The subject of the request's token. */
    String caller() {
        return caller;
    }

    void settle(int index, Outcome outcome) {
        outcomes[index] = Objects.requireNonNull(outcome);
        unsettled--;
        if (unsettled == 0) {
            answer.tryComplete(new Outcomes(List.of(outcomes)));
        }
    }

    /** Fails the whole request. The caller may send it again; events that were recorded are then duplicates. */
    void fail(Throwable failure) {
        answer.tryFail(failure);
    }

    /** Whether the reply was sent. Remaining events need not be written then. */
    boolean isAnswered() {
        return answer.future().isComplete();
    }

    /** The time of arrival, from {@link System#nanoTime}. */
    long acceptedNanos() {
        return acceptedNanos;
    }

    Future<Outcomes> answer() {
        return outcomes.length == 0 ? Future.succeededFuture(new Outcomes(List.of())) : answer.future();
    }

    @Override
    public String toString() {
        return "Submission" + Arrays.toString(outcomes);
    }
}
