/**
 * What recording reads and writes. {@link dev.runlog.storage.write.RecordingStore} opens its connections and runs its
 * transactions; the records are the rows that go in and out.
 */
@NullMarked
package dev.runlog.storage.write;

import org.jspecify.annotations.NullMarked;
