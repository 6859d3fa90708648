/**
 * Deletes executions: {@link dev.runlog.storage.cleanup.CleanupStore} previews cleanups and opens the {@link
 * dev.runlog.storage.cleanup.CleanupSession} that runs them.
 */
@NullMarked
package dev.runlog.storage.cleanup;

import org.jspecify.annotations.NullMarked;
