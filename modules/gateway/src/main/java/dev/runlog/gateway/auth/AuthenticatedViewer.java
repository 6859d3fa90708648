package dev.runlog.gateway.auth;

import dev.runlog.contract.model.Viewer;
import java.time.Instant;

/**
 * A viewer with a verified token.
 *
 * @param expiresAt when the token expires; a subscription that lasts longer ends then
 */
public record AuthenticatedViewer(Viewer viewer, Instant expiresAt) {}
