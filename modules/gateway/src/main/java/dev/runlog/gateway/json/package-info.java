/** Writes JSON without a mapping library. */
@NullMarked
package dev.runlog.gateway.json;

import org.jspecify.annotations.NullMarked;
