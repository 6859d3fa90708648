/**
 * What viewers ask. Requests that carry a {@link dev.runlog.contract.model.Viewer} answer with what that viewer may
 * see; those that load children by the ids of their parents trust that the parents were seen.
 */
@NullMarked
package dev.runlog.contract.querying;

import org.jspecify.annotations.NullMarked;
