package dev.runlog.recording.event;

import dev.runlog.contract.text.SafeText;
import dev.runlog.recording.redaction.RedactedJson;
import dev.runlog.recording.redaction.RedactedText;
import dev.runlog.recording.redaction.Redaction;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the parts of an execution or a step storable and notes which ones it changed: replaces characters that cannot
 * be stored, redacts secrets, cuts parts that are too long or too deep. Never fails.
 */
final class Storable<P extends Enum<P>> {
    private final Redaction redaction;
    private final int depthMax;
    private final Set<P> truncated;
    private final Set<P> sanitized;
    private final Set<P> redacted;
    private int secrets;

    Storable(Redaction redaction, int depthMax, Class<P> parts) {
        this.redaction = redaction;
        this.depthMax = depthMax;
        this.truncated = EnumSet.noneOf(parts);
        this.sanitized = EnumSet.noneOf(parts);
        this.redacted = EnumSet.noneOf(parts);
    }

    Set<P> truncated() {
        return truncated;
    }

    Set<P> sanitized() {
        return sanitized;
    }

    Set<P> redacted() {
        return redacted;
    }

    int secrets() {
        return secrets;
    }

    @Nullable
    String text(@Nullable String text, int charsMax, P part) {
        if (text == null) {
            return null;
        }
        return cut(redaction.text(stored(text, part), charsMax), charsMax, part);
    }

    private String stored(String text, P part) {
        String stored = TextRules.storable(text);
        mark(sanitized, part, !stored.equals(text));
        return stored;
    }

    private String cut(RedactedText clean, int charsMax, P part) {
        count(clean.count(), part);
        mark(truncated, part, clean.text().length() > charsMax);
        return SafeText.cut(clean.text(), charsMax);
    }

    /** Returns storable JSON; if it is cut, its first characters as a JSON string. */
    @Nullable
    String json(@Nullable String json, int bytesMax, P part) {
        if (json == null) {
            return null;
        }
        String stored = TextRules.storableJson(json);
        mark(sanitized, part, !stored.equals(json));
        if (JsonShape.isDeeper(stored, depthMax)) {
            truncated.add(part);
            return JsonShape.asString(withoutSecrets(stored, bytesMax, part), bytesMax);
        }
        RedactedJson clean = redaction.json(stored, bytesMax);
        count(clean.count(), part);
        mark(sanitized, part, !clean.valid());
        if (!JsonShape.isLarger(clean.json(), bytesMax)) {
            return clean.json();
        }
        truncated.add(part);
        return JsonShape.asString(clean.json(), bytesMax);
    }

    /** Like {@link #text}, and redacts all of it if its name is a secret name. */
    String value(String name, String text, int charsMax, P part) {
        return cut(redaction.value(name, stored(text, part), charsMax), charsMax, part);
    }

    private String withoutSecrets(String text, int charsMax, P part) {
        RedactedText clean = redaction.text(text, charsMax);
        count(clean.count(), part);
        return clean.text();
    }

    private void count(int found, P part) {
        secrets += found;
        mark(redacted, part, found > 0);
    }

    private void mark(Set<P> parts, P part, boolean changed) {
        if (changed) {
            parts.add(part);
        }
    }
}
