/**
 * Everything that statements need: connection pools, shared fairly and guarded against a silent server, migrations, and
 * small helpers for SQL and rows. {@link dev.runlog.storage.db.Database} runs statements. The other packages of storage
 * build on this one, and it on none of them.
 */
@NullMarked
package dev.runlog.storage.db;

import org.jspecify.annotations.NullMarked;
