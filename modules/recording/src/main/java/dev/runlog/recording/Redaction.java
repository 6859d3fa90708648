package dev.runlog.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runlog.contract.error.RunlogException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Replaces the values at configured paths of JSON text. It reads the text's tokens and cuts the values out by their
 * places, so that everything else stays as it came: number formats, order, white space. Text in which no path's last
 * name occurs is not even read.
 */
final class Redaction {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String REPLACEMENT = "\"[redacted]\"";

    private final List<List<String>> paths;
    private final List<String> lastNames;
    private final boolean anyName;

    /** @param paths member names joined by dots, {@code *} for any one, {@code **} for any depth; arrays have no name */
    Redaction(List<String> paths) {
        this.paths = paths.stream().map(path -> List.of(path.split("\\.", -1))).toList();
        this.lastNames =
                this.paths.stream().map(path -> path.get(path.size() - 1)).toList();
        this.anyName = lastNames.stream().anyMatch(name -> name.startsWith("*"));
    }

    /** The text without its secrets; fails with {@code BAD_INPUT} where it had to be read and is no JSON. */
    String apply(String json, String what) {
        return mayHoldSecrets(json) ? replace(json, what) : json;
    }

    private boolean mayHoldSecrets(String json) {
        if (paths.isEmpty()) {
            return false;
        }
        // An escape may spell a name differently.
        return anyName || lastNames.stream().anyMatch(json::contains) || json.contains("\\u");
    }

    private String replace(String json, String what) {
        StringBuilder redacted = new StringBuilder(json.length());
        int copied = 0;
        List<String> place = new ArrayList<>();
        List<Boolean> named = new ArrayList<>();
        boolean named0 = false;
        try (JsonParser parser = JSON.createParser(json.toCharArray())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    place.add(parser.currentName());
                    named0 = true;
                    token = parser.nextToken();
                    if (token != null && matches(place)) {
                        int from = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                        parser.skipChildren();
                        parser.finishToken();
                        redacted.append(json, copied, from).append(REPLACEMENT);
                        copied = endOf(parser, json, from, token);
                        place.remove(place.size() - 1);
                        named0 = false;
                        continue;
                    }
                }
                if (token == null) {
                    break;
                }
                if (token.isStructStart()) {
                    named.add(named0);
                    named0 = false;
                } else if (token.isStructEnd()) {
                    if (named.remove(named.size() - 1)) {
                        place.remove(place.size() - 1);
                    }
                } else if (named0) {
                    place.remove(place.size() - 1);
                    named0 = false;
                }
            }
        } catch (IOException notJson) {
            throw RunlogException.badInput(what + " is not valid JSON.");
        }
        return copied == 0 ? json : redacted.append(json, copied, json.length()).toString();
    }

    private static int endOf(JsonParser parser, String json, int from, JsonToken token) throws IOException {
        return token.isNumeric()
                ? from + parser.getTextLength()
                : token.isScalarValue() && token != JsonToken.VALUE_STRING
                        ? from + token.asString().length()
                        : Math.min(
                                json.length(),
                                Math.toIntExact(parser.currentLocation().getCharOffset()));
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
