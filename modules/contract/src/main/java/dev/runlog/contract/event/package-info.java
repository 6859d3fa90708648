/** Reads events in the form in which clients send them: a JSON object each. For every endpoint and connector. */
@NullMarked
package dev.runlog.contract.event;

import org.jspecify.annotations.NullMarked;
