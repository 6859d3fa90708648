package dev.runlog.recording;

import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Outcomes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** One request's events on their ways through the lanes; answered when the last of them has its outcome. */
final class Submission {
    private final Outcome[] outcomes;
    private final Promise<Outcomes> answer = Promise.promise();
    private final long takenNanos = System.nanoTime();
    private final String caller;
    private int open;

    Submission(String caller, int events) {
        this.caller = caller;
        this.outcomes = new Outcome[events];
        this.open = events;
    }

    /** The subject of the token that it came with. */
    String caller() {
        return caller;
    }

    void settle(int index, Outcome outcome) {
        outcomes[index] = Objects.requireNonNull(outcome);
        open--;
        if (open == 0) {
            answer.tryComplete(new Outcomes(List.of(outcomes)));
        }
    }

    /** Fails the request as a whole: the caller may send all of it again, as events that were recorded are known. */
    void fail(Throwable failure) {
        answer.tryFail(failure);
    }

    /** Whether it is answered already, so that nobody waits for what is left of it. */
    boolean isOver() {
        return answer.future().isComplete();
    }

    /** When it was taken, by {@link System#nanoTime}. */
    long takenNanos() {
        return takenNanos;
    }

    Future<Outcomes> answer() {
        return outcomes.length == 0 ? Future.succeededFuture(new Outcomes(List.of())) : answer.future();
    }

    @Override
    public String toString() {
        return "Submission" + Arrays.toString(outcomes);
    }
}
