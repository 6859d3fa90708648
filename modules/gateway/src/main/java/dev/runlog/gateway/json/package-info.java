/** JSON without a mapping library: reading requests, writing answers, and the text of times and durations. */
@NullMarked
package dev.runlog.gateway.json;

import org.jspecify.annotations.NullMarked;
