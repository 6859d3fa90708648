package dev.runlog.recording;

import dev.runlog.contract.recording.RecordEvents.Outcome;

/**
 * An event that waits for its batch.
 *
 * @param owner for whom it is recorded
 * @param index its place within its submission
 */
record QueuedEvent(String owner, ValidEvent event, Submission submission, int index) {
    void settle(Outcome outcome) {
        submission.settle(index, outcome);
    }

    void fail(Throwable failure) {
        submission.fail(failure);
    }
}
