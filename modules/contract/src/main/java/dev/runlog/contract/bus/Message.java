package dev.runlog.contract.bus;

/** A record that may travel the bus. Every implementation is a concrete record of this module, so that one codec does. */
public interface Message {}
