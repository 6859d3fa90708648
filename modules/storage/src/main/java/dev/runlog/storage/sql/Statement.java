package dev.runlog.storage.sql;

import io.vertx.sqlclient.Tuple;

/** A statement with its arguments. */
public record Statement(String sql, Tuple arguments) {}
