/** Fair queuing between owners: a flood from one owner does not delay the others. */
@NullMarked
package dev.runlog.contract.fair;

import org.jspecify.annotations.NullMarked;
