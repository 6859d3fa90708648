/** What engines tell: events to record, how each fared, and the changes that are announced once they are committed. */
@NullMarked
package dev.runlog.contract.recording;

import org.jspecify.annotations.NullMarked;
