package dev.runlog.contract.model;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import java.util.UUID;
import java.util.regex.Pattern;

/** Identifies a step. As text: the ID of its execution, a colon and its index, which no other node's ID looks like. */
public record StepId(UUID executionId, int index) {
    private static final int UUID_CHARS = 36;
    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

    /** Whether the text is meant as the ID of a step. */
    public static boolean isStepId(String text) {
        return text.indexOf(':') >= 0;
    }

    /** Parses the form of {@link #toString}. Fails with {@code BAD_INPUT} for any other text. */
    public static StepId parse(String text) {
        int colon = text.indexOf(':');
        if (colon != UUID_CHARS
                || !Ids.isId(text.substring(0, colon))
                || !INDEX.matcher(text.substring(colon + 1)).matches()) {
            throw RunlogException.badInput(SafeText.quote(text)
                    + " is not a valid ID of a step (expected the execution's UUID, a colon and the step's index).");
        }
        return new StepId(UUID.fromString(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return executionId + ":" + index;
    }
}
