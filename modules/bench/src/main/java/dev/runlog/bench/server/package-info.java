/** The processes that are measured, and their use of processors. */
@NullMarked
package dev.runlog.bench.server;

import org.jspecify.annotations.NullMarked;
