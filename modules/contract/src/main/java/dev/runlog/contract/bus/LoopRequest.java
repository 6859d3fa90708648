package dev.runlog.contract.bus;

/** A request that is handled on the event loop that sends it. Every loop has a handler of its own. */
public interface LoopRequest<R extends Message> extends Request<R> {}
