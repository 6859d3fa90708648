package dev.runlog.contract.model;

import java.util.Arrays;
import java.util.Optional;

/** What a token permits. The words in the claim are public API. */
public enum Scope {
    /** Read your own workflows and executions. */
    READ("executions:read"),
    /** Record for your own workflows. */
    WRITE("executions:write"),
    /** Record for any owner. */
    ENGINE("engine"),
    /** Delete your own executions. */
    CLEANUP("executions:cleanup"),
    /** Statistics across owners; cleanups, policies and holds for any owner. */
    OPS("ops");

    private final String word;

    Scope(String word) {
        this.word = word;
    }

    /** Word in the token's {@code scope} claim. */
    public String word() {
        return word;
    }

    /** Finds the scope for a word of the claim; empty for the words of other products. */
    public static Optional<Scope> ofWord(String word) {
        return Arrays.stream(values()).filter(scope -> scope.word.equals(word)).findFirst();
    }
}
