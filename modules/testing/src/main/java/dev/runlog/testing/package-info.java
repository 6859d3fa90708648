/** Shared test support: a new, migrated PostgreSQL database for each test class, and bounded waits for futures. */
@NullMarked
package dev.runlog.testing;

import org.jspecify.annotations.NullMarked;
