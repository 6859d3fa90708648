package dev.runlog.contract.page;

import dev.runlog.contract.error.RunlogException;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list: up to {@code size} rows next to one end of what lies between the cursors.
 *
 * @param size rows at the most, from 0
 * @param backward false for the rows that follow {@code after}, true for those that precede {@code before}; both
 *     directions yield the rows in the list's own order
 */
public record PageRequest(
        int size,
        boolean backward,
        @Nullable Cursor after,
        @Nullable Cursor before) {

    public static PageRequest first(int size) {
        return new PageRequest(size, false, null, null);
    }

    public static PageRequest firstAfter(int size, @Nullable Cursor after) {
        return new PageRequest(size, false, after, null);
    }

    public static PageRequest lastBefore(int size, @Nullable Cursor before) {
        return new PageRequest(size, true, null, before);
    }

    /**
     * A request from the arguments of the Relay specification; fails with {@code BAD_INPUT} for both directions at
     * once, a negative size, a size above the bound, or a cursor of another list.
     *
     * @param sizeDefault rows where neither {@code first} nor {@code last} is given
     * @param sizeMax rows that may be asked for at the most
     */
    public static PageRequest of(
            @Nullable Integer first,
            @Nullable String after,
            @Nullable Integer last,
            @Nullable String before,
            Cursor.Order order,
            int sizeDefault,
            int sizeMax) {
        if (first != null && last != null) {
            throw RunlogException.badInput("Give 'first' or 'last', not both.");
        }
        boolean backward = last != null;
        Integer asked = backward ? last : first;
        int size = asked == null ? sizeDefault : asked;
        if (size < 0 || size > sizeMax) {
            throw RunlogException.badInput(
                    "'%s' must be from 0 to %d, not %d.".formatted(backward ? "last" : "first", sizeMax, size));
        }
        return new PageRequest(
                size,
                backward,
                after == null ? null : Cursor.decode(after, order),
                before == null ? null : Cursor.decode(before, order));
    }
}
