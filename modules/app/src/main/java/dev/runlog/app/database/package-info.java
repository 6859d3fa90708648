/** The start of the database: the embedded PostgreSQL server, its restarts and its free disk space. */
@NullMarked
package dev.runlog.app.database;

import org.jspecify.annotations.NullMarked;
