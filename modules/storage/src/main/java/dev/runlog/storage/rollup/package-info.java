/**
 * Counts and duration histograms by workflow and UTC day: what a batch adds to them, how they are folded, and how their
 * columns are read. Recording writes them; statistics and cleanups read them.
 */
@NullMarked
package dev.runlog.storage.rollup;

import org.jspecify.annotations.NullMarked;
