/** Text from outside: what may be stored, how messages show it, and the text of times and durations. */
@NullMarked
package dev.runlog.contract.text;

import org.jspecify.annotations.NullMarked;
