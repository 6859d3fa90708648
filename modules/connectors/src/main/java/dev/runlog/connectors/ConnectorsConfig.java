package dev.runlog.connectors;

import dev.runlog.connectors.redis.RedisConfig;

/** The keys under {@code connectors} in config/runlog.yaml, which documents them. */
public record ConnectorsConfig(RedisConfig redis) {}
