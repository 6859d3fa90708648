package dev.runlog.contract.page;

import dev.runlog.contract.error.RunlogException;
import org.jspecify.annotations.Nullable;

/**
 * Requests up to {@code size} rows from one end of the range between two cursors.
 *
 * @param size maximum number of rows; 0 is allowed
 * @param backward false for the rows after {@code after}, true for those before {@code before}; rows are always in list
 *     order
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
     * Creates a request from the arguments of a Relay connection. Fails with {@code BAD_INPUT} for both directions at
     * once, an invalid size, or a cursor of another list.
     *
     * @param sizeDefault number of rows without {@code first} and {@code last}
     * @param sizeMax maximum number of rows
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
            throw RunlogException.badInput("Use either `first` or `last`, not both.");
        }
        boolean backward = last != null;
        Integer requested = backward ? last : first;
        int size = requested == null ? sizeDefault : requested;
        if (size < 0 || size > sizeMax) {
            throw RunlogException.badInput(
                    "Invalid `%s`: %d (expected 0 to %d).".formatted(backward ? "last" : "first", size, sizeMax));
        }
        return new PageRequest(
                size,
                backward,
                after == null ? null : Cursor.decode(after, order),
                before == null ? null : Cursor.decode(before, order));
    }
}
