/** Several servers on one database: the clustered event bus, loaded only if it is enabled. */
@NullMarked
package dev.runlog.app.cluster;

import org.jspecify.annotations.NullMarked;
