/** Replaces secrets in text and JSON. {@link dev.runlog.recording.redaction.Redaction} is the entry point. */
@NullMarked
package dev.runlog.recording.redaction;

import org.jspecify.annotations.NullMarked;
