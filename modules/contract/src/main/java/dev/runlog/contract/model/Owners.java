package dev.runlog.contract.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whose workflows and executions a statement may touch: one owner's, or everybody's. It is made from a viewer alone, and
 * reaches beyond the viewer's own only with the scope {@code ops}; else making it fails with {@code FORBIDDEN}.
 */
public final class Owners {
    private final @Nullable String subject;

    private Owners(@Nullable String subject) {
        this.subject = subject;
    }

    /** The viewer's own. */
    public static Owners of(Viewer viewer) {
        return new Owners(viewer.subject());
    }

    /** A named owner's; anybody else's than the viewer's needs {@code ops}. */
    public static Owners of(Viewer viewer, String owner) {
        if (!owner.equals(viewer.subject())) {
            viewer.require(Scope.OPS);
        }
        return new Owners(owner);
    }

    /** Everybody's; needs {@code ops}. */
    public static Owners all(Viewer viewer) {
        viewer.require(Scope.OPS);
        return new Owners(null);
    }

    /** The one owner; null for everybody. */
    public @Nullable String subject() {
        return subject;
    }

    public boolean isAll() {
        return subject == null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Owners owners && Objects.equals(subject, owners.subject);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(subject);
    }

    @Override
    public String toString() {
        return subject == null ? "all owners" : subject;
    }
}
