/** What tests share: a fresh, migrated PostgreSQL database a class, and a bounded wait for futures. */
@NullMarked
package dev.runlog.testing;

import org.jspecify.annotations.NullMarked;
