package dev.runlog.recording;

import dev.runlog.contract.recording.RecordEvents.Outcome;

/**
 * An event waiting for a batch.
 *
 * @param owner the owner of the execution
 * @param index its position in the submission
 * @param chars its memory, including the owner's name, in the unit of {@link ValidEvent#chars}
 */
record QueuedEvent(String owner, ValidEvent event, Submission submission, int index, long chars) {
    QueuedEvent(String owner, ValidEvent event, Submission submission, int index) {
        this(owner, event, submission, index, event.chars() + owner.length());
    }

    void settle(Outcome outcome) {
        submission.settle(index, outcome);
    }

    void fail(Throwable failure) {
        submission.fail(failure);
    }
}
