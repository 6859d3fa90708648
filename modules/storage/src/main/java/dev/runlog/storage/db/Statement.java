package dev.runlog.storage.db;

import io.vertx.sqlclient.Tuple;

/** A statement with its arguments. */
public record Statement(String sql, Tuple arguments) {}
