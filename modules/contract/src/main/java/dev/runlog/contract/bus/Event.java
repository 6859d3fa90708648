package dev.runlog.contract.bus;

/** A message that is published to all who subscribe, after what it tells of is committed. */
public interface Event extends Message {}
