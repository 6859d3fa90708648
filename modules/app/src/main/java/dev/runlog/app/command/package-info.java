/** The parts that commands share: options, requests over HTTP, and output. */
@NullMarked
package dev.runlog.app.command;

import org.jspecify.annotations.NullMarked;
