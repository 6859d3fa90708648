package dev.runlog.contract.bus;

/** A message published to all subscribers, after the change that it describes is committed. */
public interface Event extends Message {}
