/** Read requests. Each carries a {@link dev.runlog.contract.model.Viewer} and returns only what that viewer may see. */
@NullMarked
package dev.runlog.contract.querying;

import org.jspecify.annotations.NullMarked;
