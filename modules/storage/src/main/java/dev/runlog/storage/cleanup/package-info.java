/**
 * Cleanups with their ledger, the retention policies and holds. {@link dev.runlog.storage.cleanup.CleanupStore} has the
 * ledger and the previews, {@link dev.runlog.storage.cleanup.CleanupSession} deletes, and {@link
 * dev.runlog.storage.cleanup.PolicyStore} has the policies and holds.
 */
@NullMarked
package dev.runlog.storage.cleanup;

import org.jspecify.annotations.NullMarked;
