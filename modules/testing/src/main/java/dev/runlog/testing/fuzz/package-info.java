/** Fuzzing: generated inputs, and the check that a parser takes or refuses each of them. */
@NullMarked
package dev.runlog.testing.fuzz;

import org.jspecify.annotations.NullMarked;
