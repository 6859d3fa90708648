/** Retention: cleanups, their ledger, policies and holds. */
@NullMarked
package dev.runlog.retention;

import org.jspecify.annotations.NullMarked;
