package dev.runlog.storage.sql;

import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Turns rows into a page. Reads ask for one row more than the page has, which shows whether more follow. */
public final class PageRows {
    private PageRows() {}

    /**
     * Finds what lies before and after an empty page. Its cursors may belong to another list, or their rows may be
     * deleted, so this reads again: nothing lies between the cursors, so a page without one of them shows what lies
     * beyond it.
     *
     * @param nothing the result for a page without rows
     * @param look reads a page
     */
    public static <T> Future<Beyond<T>> beyondEmpty(
            PageRequest page, T nothing, Function<PageRequest, Future<T>> look) {
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
     * Creates a page in list order. There was a row at a given cursor when it was issued, so no read is needed to know
     * that something lies beyond it; at the other end the extra row shows it.
     *
     * @param read rows in reading order, up to one more than {@code request.size()}
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
