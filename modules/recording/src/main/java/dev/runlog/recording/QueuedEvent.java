package dev.runlog.recording;

import dev.runlog.contract.recording.RecordEvents.Outcome;

/**
 * An event that waits for its batch.
 *
 * @param owner for whom it is recorded
 * @param index its place within its submission
 * @param chars what it and the name of its owner keep in memory, in the unit of {@link ValidEvent#chars}
 */
record QueuedEvent(String owner, ValidEvent event, Submission submission, int index, long chars) {
    /** Counts its characters, once for all who ask. */
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
