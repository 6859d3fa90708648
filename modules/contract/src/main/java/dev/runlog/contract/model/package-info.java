/** The domain: workflows, executions, steps, and who may see them. Immutable and independent of any transport. */
@NullMarked
package dev.runlog.contract.model;

import org.jspecify.annotations.NullMarked;
