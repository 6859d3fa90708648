package dev.runlog.contract.page;

/** Whether there are rows before and after a page, in list order. */
public record PageEnds(boolean hasPrevious, boolean hasNext) {}
