package dev.runlog.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces secrets in JSON: values of members with a secret's name, values at configured paths, and secrets in strings.
 * It reads the text's tokens and cuts the values out by their places, so that everything else stays as it came: number
 * formats, order, white space. Text in which nothing looks like a secret is not even read.
 */
final class Redaction {
    private static final String REPLACEMENT = quoted(TextSecrets.REPLACEMENT);

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

    /** The value of a name without its secrets. */
    TextSecrets.Redacted value(String name, String text) {
        return names.contains(name) ? new TextSecrets.Redacted(TextSecrets.REPLACEMENT, 1) : text(text);
    }

    /** JSON without its secrets; where it is no JSON, its text as a JSON string. */
    Redacted json(String json) {
        if (!mayHoldSecrets(json)) {
            return new Redacted(json, 0, true);
        }
        try (JsonParser parser = JSON.createParser(json)) {
            return new Reading(json, parser).read();
        } catch (IOException notJson) {
            TextSecrets.Redacted text = text(json);
            return new Redacted(quoted(text.text()), text.count(), false);
        }
    }

    private boolean mayHoldSecrets(String json) {
        return marks.mayOccurIn(json)
                || !paths.isEmpty() && (anyName || lastNames.stream().anyMatch(json::contains));
    }

    /** Whether the member whose name ends there names what its sibling {@code value} is, as lists of headers do. */
    static boolean isNaming(String json, int end) {
        return json.regionMatches(true, end - 4, "name", 0, 4) || json.regionMatches(true, end - 3, "key", 0, 3);
    }

    static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** A piece of the text and what takes its place. */
    private record Cut(int from, int to, String replacement, int count) {}

    /** An object or array that is being read. */
    private static final class Level {
        private final boolean named;
        private boolean namesSecret;
        private @Nullable Cut value;

        Level(boolean named) {
            this.named = named;
        }
    }

    private final class Reading {
        private final String json;
        private final JsonParser parser;
        private final List<Cut> cuts = new ArrayList<>();
        private final List<Level> levels = new ArrayList<>();
        private final List<String> place = new ArrayList<>();

        Reading(String json, JsonParser parser) {
            this.json = json;
            this.parser = parser;
        }

        Redacted read() throws IOException {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    member(parser.currentName());
                } else if (token.isStructEnd()) {
                    close(levels.remove(levels.size() - 1));
                } else if (token.isStructStart()) {
                    levels.add(new Level(false));
                } else if (token == JsonToken.VALUE_STRING) {
                    cutSecretsOf(parser.getText());
                }
            }
            return redacted();
        }

        private void member(String name) throws IOException {
            JsonToken token = parser.nextToken();
            place.add(name);
            if (isSecret(name, token)) {
                int from = from();
                parser.skipChildren();
                parser.finishToken();
                cuts.add(new Cut(from, to(from, token), REPLACEMENT, 1));
            } else if (token.isStructStart()) {
                levels.add(new Level(true));
                return;
            } else if (token == JsonToken.VALUE_STRING) {
                string(name, parser.getText());
            }
            place.remove(place.size() - 1);
        }

        private boolean isSecret(String name, JsonToken value) {
            boolean named = value != JsonToken.VALUE_NULL && !value.isBoolean() && names.contains(name);
            return named || matches(place);
        }

        private void string(String name, String text) throws IOException {
            Level level = levels.get(levels.size() - 1);
            if (name.equalsIgnoreCase("value")) {
                int from = from();
                level.value = new Cut(from, to(from, JsonToken.VALUE_STRING), REPLACEMENT, 1);
            } else if (name.equalsIgnoreCase("name") || name.equalsIgnoreCase("key")) {
                level.namesSecret |= names.contains(text);
            }
            cutSecretsOf(text);
        }

        private void cutSecretsOf(String text) throws IOException {
            TextSecrets.Redacted redacted = text(text);
            if (redacted.count() > 0) {
                int from = from();
                cuts.add(new Cut(from, to(from, JsonToken.VALUE_STRING), quoted(redacted.text()), redacted.count()));
            }
        }

        private void close(Level level) {
            Cut value = level.value;
            if (level.namesSecret && value != null) {
                cuts.add(value);
            }
            if (level.named) {
                place.remove(place.size() - 1);
            }
        }

        private int from() {
            return Math.toIntExact(parser.currentTokenLocation().getCharOffset());
        }

        private int to(int from, JsonToken token) throws IOException {
            if (token.isNumeric()) {
                return from + parser.getTextLength();
            }
            return token.isScalarValue() && token != JsonToken.VALUE_STRING
                    ? from + token.asString().length()
                    : Math.min(
                            json.length(),
                            Math.toIntExact(parser.currentLocation().getCharOffset()));
        }

        private Redacted redacted() {
            if (cuts.isEmpty()) {
                return new Redacted(json, 0, true);
            }
            // A whole value that goes comes before a part of it that would, too.
            cuts.sort(Comparator.comparingInt(Cut::from).thenComparing(cut -> !cut.replacement.equals(REPLACEMENT)));
            StringBuilder redacted = new StringBuilder(json.length());
            int copied = 0;
            int count = 0;
            for (Cut cut : cuts) {
                if (cut.from < copied) {
                    continue;
                }
                redacted.append(json, copied, cut.from).append(cut.replacement);
                copied = cut.to;
                count += cut.count;
            }
            return new Redacted(redacted.append(json, copied, json.length()).toString(), count, true);
        }
    }

    private boolean matches(List<String> place) {
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
