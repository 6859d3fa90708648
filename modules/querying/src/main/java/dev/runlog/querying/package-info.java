/** Querying: answers the requests of {@code dev.runlog.contract.querying} from storage. */
@NullMarked
package dev.runlog.querying;

import org.jspecify.annotations.NullMarked;
