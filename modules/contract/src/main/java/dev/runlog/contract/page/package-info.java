/**
 * Keyset pagination. A {@link dev.runlog.contract.page.Cursor} marks a position, a {@link
 * dev.runlog.contract.page.PageRequest} selects the rows before or after it, {@link dev.runlog.contract.page.PageEnds}
 * shows whether there are more, and {@link dev.runlog.contract.page.Count} is the total.
 */
@NullMarked
package dev.runlog.contract.page;

import org.jspecify.annotations.NullMarked;
