/** Reads JSON without a mapping library. */
@NullMarked
package dev.runlog.contract.json;

import org.jspecify.annotations.NullMarked;
