/** The program: its configuration, the embedded database, what is deployed in which order, and the command line. */
@NullMarked
package dev.runlog.app;

import org.jspecify.annotations.NullMarked;
