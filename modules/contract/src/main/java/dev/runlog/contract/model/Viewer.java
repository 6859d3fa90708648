package dev.runlog.contract.model;

import dev.runlog.contract.error.RunlogException;
import java.util.Set;

/**
 * Whoever asks: the token's subject and what its scopes allow.
 *
 * @param subject the owner whose workflows the viewer sees
 */
public record Viewer(String subject, Set<Scope> scopes) {
    public Viewer {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope);
    }

    /** Returns itself where the viewer has one of the scopes; fails with {@code FORBIDDEN}, naming the first, else. */
    public Viewer require(Scope... anyOf) {
        for (Scope scope : anyOf) {
            if (scopes.contains(scope)) {
                return this;
            }
        }
        throw RunlogException.forbidden("This needs the scope " + anyOf[0].word() + ".");
    }
}
