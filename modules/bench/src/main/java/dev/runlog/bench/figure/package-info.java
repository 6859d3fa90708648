/** A measurement, and what all measurements share. */
@NullMarked
package dev.runlog.bench.figure;

import org.jspecify.annotations.NullMarked;
