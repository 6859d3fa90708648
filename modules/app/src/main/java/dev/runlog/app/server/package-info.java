/** The server: what is deployed in which order, and the keys and tokens of a server without configured ones. */
@NullMarked
package dev.runlog.app.server;

import org.jspecify.annotations.NullMarked;
