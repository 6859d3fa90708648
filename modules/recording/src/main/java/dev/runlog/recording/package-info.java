/** Recording: validates events, collects them into batches, commits each batch and announces its changes. */
@NullMarked
package dev.runlog.recording;

import org.jspecify.annotations.NullMarked;
