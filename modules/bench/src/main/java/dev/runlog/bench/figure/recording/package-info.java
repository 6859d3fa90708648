/** Measurements of recording. */
@NullMarked
package dev.runlog.bench.figure.recording;

import org.jspecify.annotations.NullMarked;
