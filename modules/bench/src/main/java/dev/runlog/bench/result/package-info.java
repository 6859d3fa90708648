/** Results: samples, rows with their goals, and the report. */
@NullMarked
package dev.runlog.bench.result;

import org.jspecify.annotations.NullMarked;
