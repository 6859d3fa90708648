package dev.runlog.contract.bus;

/** A message that is answered by exactly one reply of type {@code R}, or fails. */
public interface Request<R extends Message> extends Message {}
