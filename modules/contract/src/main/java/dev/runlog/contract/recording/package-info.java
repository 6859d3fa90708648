/** Recording: events from engines, their outcomes, and the changes announced after each commit. */
@NullMarked
package dev.runlog.contract.recording;

import org.jspecify.annotations.NullMarked;
