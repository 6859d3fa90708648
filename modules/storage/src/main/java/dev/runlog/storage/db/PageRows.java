package dev.runlog.storage.db;

import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Cuts the rows that were read, one more than asked for, to the page. */
public final class PageRows {
    private PageRows() {}

    /**
     * What lies on the far sides of the cursors of an empty page. Its cursors may come from another list, or their rows
     * may be gone, so this takes a look: nothing lies between the cursors, so the list without one of them shows what is
     * beyond that one.
     *
     * @param nothing what a look without rows finds
     * @param look reads a page and returns what it finds
     */
    public static <T> Future<Beyond<T>> beyondEmpty(PageRequest page, T nothing, Function<PageRequest, Future<T>> look) {
        Future<T> previous = page.after() == null
                ? Future.succeededFuture(nothing)
                : look.apply(new PageRequest(1, false, null, page.before()));
        Future<T> next = page.before() == null
                ? Future.succeededFuture(nothing)
                : look.apply(PageRequest.firstAfter(1, page.after()));
        return Future.all(previous, next).map(both -> new Beyond<>(previous.result(), next.result()));
    }

    /** What lies before and after an empty page. */
    public record Beyond<T>(T previous, T next) {}

    /**
     * A page in its list's own order, of rows that were read. Beyond a cursor that was given something stood when it was
     * given out, so that costs no look; beyond the other end the extra row shows it.
     *
     * @param read in the order of the read, up to one more than {@code request.size()}
     */
    public static <T, P> P cut(List<T> read, PageRequest request, BiFunction<List<T>, PageEnds, P> page) {
        boolean more = read.size() > request.size();
        List<T> rows = new ArrayList<>(more ? read.subList(0, request.size()) : read);
        if (request.backward()) {
            Collections.reverse(rows);
            return page.apply(rows, new PageEnds(more || request.after() != null, request.before() != null));
        }
        return page.apply(rows, new PageEnds(request.after() != null, more || request.before() != null));
    }
}
