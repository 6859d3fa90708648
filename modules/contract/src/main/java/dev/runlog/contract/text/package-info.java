/** Text from outside: what may be stored, and how messages show it. */
@NullMarked
package dev.runlog.contract.text;

import org.jspecify.annotations.NullMarked;
