/**
 * The benchmark: compares the real server with its database alone, measured in turns. {@link
 * dev.runlog.bench.BenchCommand} is the entry point; each measurement is a {@link dev.runlog.bench.figure.Figure}.
 */
@NullMarked
package dev.runlog.bench;

import org.jspecify.annotations.NullMarked;
