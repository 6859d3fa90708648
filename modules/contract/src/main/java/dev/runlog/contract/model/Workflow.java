package dev.runlog.contract.model;

import java.time.Instant;
import java.util.UUID;

/**
 * A process that runs repeatedly; each run is an {@link Execution}.
 *
 * @param owner subject that owns it
 * @param key chosen by its engine, unique per owner
 * @param name display name; defaults to the key
 */
public record Workflow(UUID id, String owner, String key, String name, Instant createdAt) {}
