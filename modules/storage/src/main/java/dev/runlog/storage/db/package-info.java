/**
 * Connection pools with fair sharing and a guard against silent servers, and migrations. {@link
 * dev.runlog.storage.db.Database} runs statements. The other storage packages use this one; it uses none of them.
 */
@NullMarked
package dev.runlog.storage.db;

import org.jspecify.annotations.NullMarked;
