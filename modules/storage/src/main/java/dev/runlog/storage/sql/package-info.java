/** Building statements, and turning rows into domain values and pages. For the other storage packages alone. */
@NullMarked
package dev.runlog.storage.sql;

import org.jspecify.annotations.NullMarked;
