package dev.runlog.contract.model;

import java.time.Instant;
import java.util.UUID;

/**
 * What is run again and again.
 *
 * @param owner the subject to whom it belongs
 * @param key chosen by its engine, unique per owner
 * @param name what people read; the key where no name was given
 */
public record Workflow(UUID id, String owner, String key, String name, Instant createdAt) {}
