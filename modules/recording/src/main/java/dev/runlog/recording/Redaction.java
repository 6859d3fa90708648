package dev.runlog.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces secrets in JSON: values of members with a secret's name, values at configured paths, and secrets in strings.
 * It reads the text's tokens and cuts the values out by their places, so that everything else stays as it came: number
 * formats, order, white space. Text in which nothing looks like a secret is not even read.
 */
final class Redaction {
    /** Sizes are bounded where events are read, depth by {@link Storable}. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final List<List<String>> paths;
    private final List<String> lastNames;
    private final boolean anyName;
    private final SecretNames names;
    private final @Nullable TextSecrets texts;
    private final TextSecrets marks;

    /**
     * @param paths member names joined by dots, {@code *} for any one, {@code **} for any depth; arrays have no name
     * @param inTexts whether secrets are looked for in strings, too
     */
    Redaction(List<String> paths, List<String> names, boolean inTexts) {
        this.paths = paths.stream().map(path -> List.of(path.split("\\.", -1))).toList();
        this.lastNames =
                this.paths.stream().map(path -> path.get(path.size() - 1)).toList();
        this.anyName = lastNames.stream().anyMatch(name -> name.startsWith("*"));
        this.names = new SecretNames(names);
        this.marks = new TextSecrets(this.names);
        this.texts = inTexts ? marks : null;
    }

    /** JSON without its secrets and how many there were; {@code valid} is false where it had to be read and is no JSON. */
    record Redacted(String json, int count, boolean valid) {}

    /** Text without its secrets. */
    TextSecrets.Redacted text(String text) {
        return texts == null ? new TextSecrets.Redacted(text, 0) : texts.redact(text);
    }

    /** The same for text of which only the first {@code charsMax} characters are kept. */
    TextSecrets.Redacted text(String text, int charsMax) {
        return texts == null ? new TextSecrets.Redacted(text, 0) : texts.redact(text, charsMax);
    }

    /** The value of a name without its secrets. */
    TextSecrets.Redacted value(String name, String text) {
        return names.contains(name) ? new TextSecrets.Redacted(TextSecrets.REPLACEMENT, 1) : text(text);
    }

    /** JSON without its secrets; where it is no JSON, its text as a JSON string. */
    Redacted json(String json) {
        return json(json, Integer.MAX_VALUE / 2);
    }

    /**
     * The same for JSON of which only the first characters are kept where it is longer.
     *
     * @param charsMax how many; behind them secrets are no longer looked for in strings
     */
    Redacted json(String json, int charsMax) {
        if (!mayHoldSecrets(json)) {
            return new Redacted(json, 0, true);
        }
        try (JsonParser parser = JSON.createParser(json)) {
            return new JsonSecrets(this, names, json, parser, charsMax).read();
        } catch (IOException notJson) {
            TextSecrets.Redacted text = text(json, charsMax);
            return new Redacted(quoted(text.text()), text.count(), false);
        }
    }

    private boolean mayHoldSecrets(String json) {
        return marks.mayOccurIn(json)
                || !paths.isEmpty() && (anyName || lastNames.stream().anyMatch(json::contains));
    }

    static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** Whether the member names lead to a configured path. */
    boolean matches(List<String> place) {
        for (List<String> path : paths) {
            if (matches(path, 0, place, 0)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(List<String> path, int pathAt, List<String> place, int placeAt) {
        if (pathAt == path.size()) {
            return placeAt == place.size();
        }
        String name = path.get(pathAt);
        if (name.equals("**")) {
            for (int at = placeAt; at <= place.size(); at++) {
                if (matches(path, pathAt + 1, place, at)) {
                    return true;
                }
            }
            return false;
        }
        return placeAt < place.size()
                && (name.equals("*") || name.equals(place.get(placeAt)))
                && matches(path, pathAt + 1, place, placeAt + 1);
    }
}
