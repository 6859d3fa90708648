/**
 * What was requested and what is kept automatically: the ledger of cleanups ({@link
 * dev.runlog.storage.ledger.CleanupLedger}) and retention policies ({@link dev.runlog.storage.ledger.PolicyStore}).
 */
@NullMarked
package dev.runlog.storage.ledger;

import org.jspecify.annotations.NullMarked;
