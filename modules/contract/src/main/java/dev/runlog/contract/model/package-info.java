/** What Runlog keeps: workflows, executions, their steps, and who may see them. Immutable and free of transport. */
@NullMarked
package dev.runlog.contract.model;

import org.jspecify.annotations.NullMarked;
