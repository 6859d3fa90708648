package dev.runlog.contract.model;

import java.util.Arrays;
import java.util.Optional;

/** What a token allows. The claim's words are public. */
public enum Scope {
    /** Read one's own workflows and executions. */
    READ("executions:read"),
    /** Record for one's own workflows. */
    WRITE("executions:write"),
    /** Record for any owner. */
    ENGINE("engine"),
    /** Delete one's own executions. */
    CLEANUP("executions:cleanup"),
    /** Statistics across owners; cleanups, policies and holds of anybody's executions. */
    OPS("ops");

    private final String word;

    Scope(String word) {
        this.word = word;
    }

    /** The word in the token's {@code scope} claim. */
    public String word() {
        return word;
    }

    /** Finds the scope of a claim's word; other products' words are nobody's business here and yield nothing. */
    public static Optional<Scope> ofWord(String word) {
        return Arrays.stream(values()).filter(scope -> scope.word.equals(word)).findFirst();
    }
}
