/** Measurements of cleanups. */
@NullMarked
package dev.runlog.bench.figure.cleanup;

import org.jspecify.annotations.NullMarked;
