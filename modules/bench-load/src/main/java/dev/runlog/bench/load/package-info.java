/** The load generator, a process that the benchmark starts once and gives one load after another. */
@NullMarked
package dev.runlog.bench.load;

import org.jspecify.annotations.NullMarked;
