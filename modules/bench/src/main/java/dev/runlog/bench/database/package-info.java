/** The databases that are measured: PostgreSQL servers, their executions, and statements that are sent to them directly. */
@NullMarked
package dev.runlog.bench.database;

import org.jspecify.annotations.NullMarked;
