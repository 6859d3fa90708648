package dev.runlog.gateway.auth;

import dev.runlog.contract.model.Viewer;
import java.time.Instant;

/**
 * A viewer whose token was checked.
 *
 * @param expiresAt when the token ceases to hold; what lasts longer, such as a subscription, ends then
 */
public record Authenticated(Viewer viewer, Instant expiresAt) {}
