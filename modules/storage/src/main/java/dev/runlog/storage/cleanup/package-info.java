/**
 * Cleanups, retention policies and holds. {@link dev.runlog.storage.cleanup.CleanupLedger} records cleanups, {@link
 * dev.runlog.storage.cleanup.CleanupStore} previews them, and {@link dev.runlog.storage.cleanup.CleanupSession} deletes
 * executions. {@link dev.runlog.storage.cleanup.PolicyStore} has the policies, and {@link
 * dev.runlog.storage.cleanup.HoldStore} the holds.
 */
@NullMarked
package dev.runlog.storage.cleanup;

import org.jspecify.annotations.NullMarked;
