package dev.runlog.storage.read;

import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list, in reading order.
 *
 * @param descending whether it is read from the largest key
 * @param after the position before the first row; null for the start of the list
 * @param before the position after the last row; null for the end of the list
 * @param to the position of the last row; null if {@code before} is sufficient
 * @param isContinued whether a part of the list before this one was read already
 */
record SliceRange(
        boolean descending,
        @Nullable Cursor after,
        @Nullable Cursor before,
        @Nullable Cursor to,
        boolean isContinued) {

    /** The whole list. */
    static SliceRange of(ExecutionQuery query) {
        return new SliceRange(query.order().isDescending(), null, null, null, false);
    }

    /** The part between the cursors of a page. A backward page is read from its end. */
    static SliceRange of(ExecutionQuery query, PageRequest page) {
        return page.backward()
                ? new SliceRange(!query.order().isDescending(), page.before(), page.after(), null, false)
                : new SliceRange(query.order().isDescending(), page.after(), page.before(), null, false);
    }

    /** The part up to and including a position; this range if there is none. */
    SliceRange upTo(@Nullable Cursor position) {
        return position == null ? this : new SliceRange(descending, after, before, position, isContinued);
    }

    /** The part beyond a position. */
    SliceRange beyond(Cursor position) {
        return new SliceRange(descending, position, before, null, true);
    }
}
