/** The command line: one class a command. What talks to a server does so over HTTP, as anyone would. */
@NullMarked
package dev.runlog.app.command;

import org.jspecify.annotations.NullMarked;
