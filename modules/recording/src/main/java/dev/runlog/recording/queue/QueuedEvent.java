package dev.runlog.recording.queue;

import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.recording.event.ValidEvent;

/**
 * An event waiting for a batch.
 *
 * @param owner the owner of the execution
 * @param index its position in the submission
 * @param chars its memory, including the owner's name, in the unit of {@link ValidEvent#chars}
 */
public record QueuedEvent(String owner, ValidEvent event, Submission submission, int index, long chars) {
    public QueuedEvent(String owner, ValidEvent event, Submission submission, int index) {
        this(owner, event, submission, index, event.chars() + owner.length());
    }

    public void settle(Outcome outcome) {
        submission.settle(index, outcome);
    }

    public void fail(Throwable failure) {
        submission.fail(failure);
    }
}
