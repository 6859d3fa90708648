/**
 * What a cleanup deletes and keeps: {@link dev.runlog.storage.plan.KeptExecutions} stores what it keeps, {@link
 * dev.runlog.storage.plan.CleanupPlan} finds how much it deletes on each day, and {@link
 * dev.runlog.storage.plan.CleanupCondition} selects the rows. {@link dev.runlog.storage.plan.HoldStore} holds
 * executions.
 */
@NullMarked
package dev.runlog.storage.plan;

import org.jspecify.annotations.NullMarked;
