/**
 * Counts and duration histograms by workflow and UTC day: the changes of a batch, the folding of histograms, and the
 * columns to read. Recording writes them; statistics and cleanups read them.
 */
@NullMarked
package dev.runlog.storage.rollup;

import org.jspecify.annotations.NullMarked;
