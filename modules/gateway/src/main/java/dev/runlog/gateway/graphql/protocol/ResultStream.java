package dev.runlog.gateway.graphql.protocol;

/** The data of a subscription: results that are yet to come. */
public interface ResultStream {}
