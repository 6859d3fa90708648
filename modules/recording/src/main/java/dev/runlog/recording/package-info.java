/** Recording: validates events, gathers them into batches, commits them, announces what changed. */
@NullMarked
package dev.runlog.recording;

import org.jspecify.annotations.NullMarked;
