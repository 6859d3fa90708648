/** Retention: runs cleanups, and serves requests for cleanups, policies and holds. */
@NullMarked
package dev.runlog.retention;

import org.jspecify.annotations.NullMarked;
