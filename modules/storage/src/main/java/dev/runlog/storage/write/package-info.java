/**
 * The reads and writes of recording. {@link dev.runlog.storage.write.RecordingStore} opens the connections and runs the
 * transactions; the records are the rows.
 */
@NullMarked
package dev.runlog.storage.write;

import org.jspecify.annotations.NullMarked;
