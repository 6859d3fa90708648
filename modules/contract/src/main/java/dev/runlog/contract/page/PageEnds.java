package dev.runlog.contract.page;

/** Whether rows stand beyond a page's ends, in the list's own order. */
public record PageEnds(boolean hasPrevious, boolean hasNext) {}
