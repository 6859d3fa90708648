/** The program: its main class, and the commands that start a server or need its configuration. */
@NullMarked
package dev.runlog.app;

import org.jspecify.annotations.NullMarked;
