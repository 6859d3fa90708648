/** Turns that owners take, so that none waits for the flood of another. */
@NullMarked
package dev.runlog.contract.fair;

import org.jspecify.annotations.NullMarked;
