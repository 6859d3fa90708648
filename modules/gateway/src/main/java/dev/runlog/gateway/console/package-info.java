/** The console at {@code /ui/}: one page and its bundled files. They contain no data; the page reads that as a client. */
@NullMarked
package dev.runlog.gateway.console;

import org.jspecify.annotations.NullMarked;
