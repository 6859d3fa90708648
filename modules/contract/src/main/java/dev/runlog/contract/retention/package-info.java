/** How history ends: cleanups and their ledger, retention policies, and holds that keep an execution whatever they say. */
@NullMarked
package dev.runlog.contract.retention;

import org.jspecify.annotations.NullMarked;
