package dev.runlog.contract.bus;

/**
 * A record that can be sent over the bus. All implementations are concrete records of this module, which lets one codec
 * serve them all.
 */
public interface Message {}
