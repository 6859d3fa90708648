/** Handles the requests of {@code dev.runlog.contract.querying} with storage. */
@NullMarked
package dev.runlog.querying;

import org.jspecify.annotations.NullMarked;
