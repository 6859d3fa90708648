package dev.runlog.contract.model;

import dev.runlog.contract.error.RunlogException;
import java.util.Set;

/**
 * The caller: the token's subject and scopes.
 *
 * @param subject owner of the workflows that the viewer can see
 */
public record Viewer(String subject, Set<Scope> scopes) {
    public Viewer {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope);
    }

    /** Returns this viewer if it has one of the scopes; otherwise fails with {@code FORBIDDEN} and names the first. */
    public Viewer require(Scope... anyOf) {
        for (Scope scope : anyOf) {
            if (scopes.contains(scope)) {
                return this;
            }
        }
        throw RunlogException.forbidden("Missing scope: " + anyOf[0].word() + ".");
    }
}
