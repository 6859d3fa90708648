/** Measurements of pages, details, statistics and counts. */
@NullMarked
package dev.runlog.bench.figure.reading;

import org.jspecify.annotations.NullMarked;
