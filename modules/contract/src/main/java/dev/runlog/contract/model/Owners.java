package dev.runlog.contract.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The owners that a statement may access: one owner, or all of them. It can only be created from a viewer. Any owner
 * other than the viewer requires the scope {@code ops}, otherwise creation fails with {@code FORBIDDEN}.
 */
public final class Owners {
    private final @Nullable String subject;

    private Owners(@Nullable String subject) {
        this.subject = subject;
    }

    /** The viewer. */
    public static Owners of(Viewer viewer) {
        return new Owners(viewer.subject());
    }

    /** A named owner; any other than the viewer requires {@code ops}. */
    public static Owners of(Viewer viewer, String owner) {
        if (!owner.equals(viewer.subject())) {
            viewer.require(Scope.OPS);
        }
        return new Owners(owner);
    }

    /** All owners; requires {@code ops}. */
    public static Owners all(Viewer viewer) {
        viewer.require(Scope.OPS);
        return new Owners(null);
    }

    /** The owner; null for all owners. */
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
