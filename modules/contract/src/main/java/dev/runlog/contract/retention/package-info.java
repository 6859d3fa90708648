/** Deletion: cleanups and their ledger, retention policies, and holds that protect an execution from both. */
@NullMarked
package dev.runlog.contract.retention;

import org.jspecify.annotations.NullMarked;
