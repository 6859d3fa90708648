/**
 * Owners and workflows in memory, shared by all event loops: {@link dev.runlog.storage.known.KnownOwners} and {@link
 * dev.runlog.storage.known.KnownWorkflows}. Statements take the number of an owner instead of joining its table.
 */
@NullMarked
package dev.runlog.storage.known;

import org.jspecify.annotations.NullMarked;
