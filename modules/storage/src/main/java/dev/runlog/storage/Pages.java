package dev.runlog.storage;

import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;

/** Cuts the rows that were read, one more than asked for, to the page. */
final class Pages {
    private Pages() {}

    /**
     * A page in its list's own order. Beyond a cursor that was given something stood when it was given out, so that
     * costs no look; beyond the other end the row more tells.
     *
     * @param read in the order of the read, up to one more than {@code request.size()}
     */
    static <T, P> P cut(List<T> read, PageRequest request, BiFunction<List<T>, PageEnds, P> page) {
        boolean more = read.size() > request.size();
        List<T> rows = new ArrayList<>(more ? read.subList(0, request.size()) : read);
        if (request.backward()) {
            Collections.reverse(rows);
            return page.apply(rows, new PageEnds(more || request.after() != null, request.before() != null));
        }
        return page.apply(rows, new PageEnds(request.after() != null, more || request.before() != null));
    }
}
