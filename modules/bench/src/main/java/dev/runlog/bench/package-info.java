/**
 * The benchmark: the real server beside the database that it stands on, both measured in turns in one run. {@link
 * dev.runlog.bench.BenchCommand} is where it starts; each figure is a {@link dev.runlog.bench.Figure}.
 */
@NullMarked
package dev.runlog.bench;

import org.jspecify.annotations.NullMarked;
