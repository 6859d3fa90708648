package dev.runlog.recording.redaction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces secrets in JSON: values of members with secret names, values at configured paths, and secrets in strings.
 * The values are cut out of the text, so number formats, order and white space stay unchanged. JSON that cannot contain
 * a secret is not parsed.
 */
public final class Redaction {
    /** The reader of events limits sizes, and the caller limits the depth. */
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
    private final TextSecrets detector;

    /**
     * @param paths member names joined by dots; {@code *} stands for one name, {@code **} for any number; arrays are
     *     skipped
     * @param inTexts whether to search strings for secrets
     */
    public Redaction(List<String> paths, List<String> names, boolean inTexts) {
        this.paths = paths.stream().map(path -> List.of(path.split("\\.", -1))).toList();
        this.lastNames =
                this.paths.stream().map(path -> path.get(path.size() - 1)).toList();
        this.anyName = lastNames.stream().anyMatch(name -> name.startsWith("*"));
        this.names = new SecretNames(names);
        this.detector = new TextSecrets(this.names);
        this.texts = inTexts ? detector : null;
    }

    /** Redacts text. */
    RedactedText text(String text) {
        return texts == null ? new RedactedText(text, 0) : texts.redact(text);
    }

    /** Redacts text that will be cut to {@code charsMax} characters. */
    public RedactedText text(String text, int charsMax) {
        return texts == null ? new RedactedText(text, 0) : texts.redact(text, charsMax);
    }

    /** Redacts the value with a name, which will be cut. */
    public RedactedText value(String name, String text, int charsMax) {
        return names.contains(name) ? new RedactedText(TextSecrets.REPLACEMENT, 1) : text(text, charsMax);
    }

    /** Redacts JSON. Other text becomes a JSON string. */
    RedactedJson json(String json) {
        return json(json, Integer.MAX_VALUE / 2);
    }

    /**
     * Redacts JSON that will be cut.
     *
     * @param charsMax number of characters within which strings are searched for secrets
     */
    public RedactedJson json(String json, int charsMax) {
        if (!mayContainSecrets(json)) {
            return new RedactedJson(json, 0, true);
        }
        try (JsonParser parser = JSON.createParser(json)) {
            return new JsonSecrets(this, names, json, parser, charsMax).read();
        } catch (IOException notJson) {
            RedactedText text = text(json, charsMax);
            return new RedactedJson(quoted(text.text()), text.count(), false);
        }
    }

    private boolean mayContainSecrets(String json) {
        return detector.mayOccurIn(json)
                || !paths.isEmpty() && (anyName || lastNames.stream().anyMatch(json::contains));
    }

    static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** Whether the member names match a configured path. */
    boolean matches(List<String> memberPath) {
        for (List<String> path : paths) {
            if (matches(path, 0, memberPath, 0)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(List<String> path, int pathAt, List<String> memberPath, int memberAt) {
        if (pathAt == path.size()) {
            return memberAt == memberPath.size();
        }
        String name = path.get(pathAt);
        if (name.equals("**")) {
            for (int at = memberAt; at <= memberPath.size(); at++) {
                if (matches(path, pathAt + 1, memberPath, at)) {
                    return true;
                }
            }
            return false;
        }
        return memberAt < memberPath.size()
                && (name.equals("*") || name.equals(memberPath.get(memberAt)))
                && matches(path, pathAt + 1, memberPath, memberAt + 1);
    }
}
