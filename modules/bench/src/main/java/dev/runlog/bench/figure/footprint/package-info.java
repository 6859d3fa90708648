/** Measurements of disk, memory and start. */
@NullMarked
package dev.runlog.bench.figure.footprint;

import org.jspecify.annotations.NullMarked;
