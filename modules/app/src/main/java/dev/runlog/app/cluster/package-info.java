/** Several servers on one database: the clustered event bus, loaded where it is enabled and nowhere else. */
@NullMarked
package dev.runlog.app.cluster;

import org.jspecify.annotations.NullMarked;
