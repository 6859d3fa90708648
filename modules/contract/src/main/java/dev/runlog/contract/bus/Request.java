package dev.runlog.contract.bus;

/** A message with exactly one reply of type {@code R}, or a failure. */
public interface Request<R extends Message> extends Message {}
