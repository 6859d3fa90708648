package dev.runlog.recording.redaction;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses a JSON text once, notes the positions of secrets and cuts them out. Secrets are values of members with a
 * secret name, values named by a sibling ({@code {"name": "Cookie", "value": …}}), second elements of pairs
 * ({@code ["Cookie", …]}), arguments after an option ({@code ["--password", …]}), and parts of strings.
 */
final class JsonSecrets {
    private static final String REPLACEMENT = Redaction.quoted(TextSecrets.REPLACEMENT);
    private static final Set<String> NAMING = Set.of("header", "field");
    private static final Set<String> LOGINS = Set.of("login", "sshpass", "-u", "--user", "--username");
    private static final String LOGIN_OPTION = "-p";
    /** Options of curl whose value is a name, a colon and a password. */
    private static final Set<String> CURL_OPTIONS = Set.of("-u", "--user", "-U", "--proxy-user");

    private static final int NAME_CHARS_MAX = 64;

    private final Redaction redaction;
    private final SecretNames names;
    private final String json;
    private final JsonParser parser;
    private final int charsMax;
    private final List<Cut> cuts = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final List<String> memberPath = new ArrayList<>();
    private long charsCut;

    /** @param charsMax number of characters of the result within which strings are searched for secrets */
    JsonSecrets(Redaction redaction, SecretNames names, String json, JsonParser parser, int charsMax) {
        this.redaction = redaction;
        this.names = names;
        this.json = json;
        this.parser = parser;
        this.charsMax = charsMax;
    }

    /** Whether the member name that ends at {@code end} may name a sibling, as in lists of headers. */
    static boolean isNaming(String json, int end) {
        // The last character rules out most names.
        return switch (end == 0 ? ' ' : json.charAt(end - 1)) {
            case 'e', 'E' -> endsWith(json, end, "name");
            case 'y', 'Y' -> endsWith(json, end, "key");
            case 'r', 'R' -> endsWith(json, end, "header");
            case 'd', 'D' -> endsWith(json, end, "field");
            default -> false;
        };
    }

    /** Whether the string that ends at {@code end} may be an option before a password. */
    static boolean isLoginOption(String json, int end) {
        // The last character rules out most strings.
        return end > 0
                && "puUr".indexOf(json.charAt(end - 1)) >= 0
                && (isString(json, end, LOGIN_OPTION)
                        || CURL_OPTIONS.stream().anyMatch(option -> isString(json, end, option)));
    }

    private static boolean isString(String json, int end, String text) {
        return json.startsWith('"' + text, end - 1 - text.length());
    }

    private static boolean endsWith(String text, int end, String word) {
        return text.regionMatches(true, end - word.length(), word, 0, word.length());
    }

    /** A piece of the text and its replacement. */
    private record Cut(int from, int to, String replacement, int count) {}

    /** A value that is a secret if a sibling with the same name prefix says so. */
    private record Candidate(String prefix, Cut cut) {}

    /** An object or array that is being parsed. */
    private static final class Level {
        private final int from;
        /** The name of the member with this value; null in an array. */
        private final @Nullable String member;

        private final boolean isArray;
        private final List<Candidate> values = new ArrayList<>(0);
        private final Set<String> secrets = new HashSet<>(0);
        private int elements;
        private boolean firstNamesSecret;
        private boolean nextIsSecret;
        private boolean logsIn;
        private boolean callsCurl;
        private @Nullable Cut second;
        private boolean secondIsWord;

        Level(int from, @Nullable String member, boolean isArray) {
            this.from = from;
            this.member = member;
            this.isArray = isArray;
        }
    }

    RedactedJson read() throws IOException {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.FIELD_NAME) {
                readMember(parser.currentName());
            } else if (token.isStructEnd()) {
                closeLevel(levels.remove(levels.size() - 1));
            } else if (token.isStructStart()) {
                levels.add(new Level(tokenStart(), null, token == JsonToken.START_ARRAY));
            } else {
                readElement(token);
            }
        }
        return redacted();
    }

    private void readMember(String name) throws IOException {
        JsonToken token = parser.nextToken();
        memberPath.add(name);
        if (isSecret(name, token)) {
            int from = tokenStart();
            parser.skipChildren();
            parser.finishToken();
            cut(new Cut(from, tokenEnd(from, token), REPLACEMENT, 1));
        } else if (token.isStructStart()) {
            levels.add(new Level(tokenStart(), name, token == JsonToken.START_ARRAY));
            return;
        } else if (token == JsonToken.VALUE_STRING) {
            String text = parser.getText();
            Level level = levels.get(levels.size() - 1);
            String naming = namingPrefix(name);
            if (naming != null && names.contains(text)) {
                level.secrets.add(naming);
            }
            int from = tokenStart();
            int to = tokenEnd(from, token);
            addCandidate(level, name, from, to);
            cutSecretsOf(text, from, to);
        } else if (token.isNumeric()) {
            int from = tokenStart();
            addCandidate(levels.get(levels.size() - 1), name, from, tokenEnd(from, token));
        }
        memberPath.remove(memberPath.size() - 1);
    }

    private boolean isSecret(String name, JsonToken value) {
        boolean named = value != JsonToken.VALUE_NULL && !value.isBoolean() && names.contains(name);
        return named || redaction.matches(memberPath);
    }

    /** Notes a value that a sibling may name as a secret. */
    private static void addCandidate(Level level, String name, int from, int to) {
        for (String ending : new String[] {"value", "values"}) {
            if (endsWith(name, name.length(), ending)) {
                level.values.add(new Candidate(prefix(name, ending), new Cut(from, to, REPLACEMENT, 1)));
            }
        }
    }

    private static @Nullable String namingPrefix(String name) {
        if (endsWith(name, name.length(), "name")) {
            return prefix(name, "name");
        }
        if (endsWith(name, name.length(), "key")) {
            return prefix(name, "key");
        }
        return NAMING.contains(name.toLowerCase(Locale.ROOT)) ? "" : null;
    }

    /** The common prefix of names such as {@code ParameterKey} and {@code ParameterValue}. */
    private static String prefix(String name, String ending) {
        return name.substring(0, name.length() - ending.length()).toLowerCase(Locale.ROOT);
    }

    /** Reads a scalar at the top level or in an array. */
    private void readElement(JsonToken token) throws IOException {
        String text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
        int from = tokenStart();
        int to = tokenEnd(from, token);
        if (!levels.isEmpty()) {
            addElement(levels.get(levels.size() - 1), text, token.isNumeric() || text != null, from, to);
        }
        if (text != null) {
            cutSecretsOf(text, from, to);
        }
    }

    private void addElement(Level level, @Nullable String text, boolean isData, int from, int to) {
        level.elements++;
        Cut whole = new Cut(from, to, REPLACEMENT, 1);
        if (level.nextIsSecret && isData && (text == null || !text.startsWith("-"))) {
            cut(whole);
        }
        level.nextIsSecret = text != null && isOption(level, text);
        if (level.elements == 1) {
            level.firstNamesSecret = text != null && isSecretName(text);
        } else if (level.elements == 2 && level.firstNamesSecret && isData) {
            level.second = whole;
            level.secondIsWord = text != null && isWord(text);
        }
    }

    private boolean isOption(Level level, String text) {
        level.logsIn |= LOGINS.contains(text);
        level.callsCurl |= text.equals("curl") || text.endsWith("/curl");
        return text.startsWith("-")
                && (isSecretName(text) && !text.startsWith("--no-")
                        || level.logsIn && text.equals(LOGIN_OPTION)
                        || level.callsCurl && CURL_OPTIONS.contains(text));
    }

    /** A name in a value must not have spaces, unlike the name of a member: "Forgot your password?" is just text. */
    private boolean isSecretName(String text) {
        return text.length() <= NAME_CHARS_MAX && text.indexOf(' ') < 0 && names.contains(text);
    }

    /** Words such as in {@code "required": ["password", "email"]}, which is not a pair of name and value. */
    private static boolean isWord(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c == '_' || Character.isLowerCase(c));
    }

    private void closeLevel(Level level) throws IOException {
        for (Candidate value : level.values) {
            if (level.secrets.contains(value.prefix)) {
                cut(value.cut);
            }
        }
        Level parent = levels.isEmpty() ? null : levels.get(levels.size() - 1);
        Cut second = level.second;
        if (second != null && level.elements == 2 && (parent != null && parent.isArray || !level.secondIsWord)) {
            cut(second);
        }
        if (parent == null) {
            return;
        }
        int to = tokenEnd(level.from, parser.currentToken());
        if (level.member == null) {
            addElement(parent, null, true, level.from, to);
        } else {
            addCandidate(parent, level.member, level.from, to);
            memberPath.remove(memberPath.size() - 1);
        }
    }

    private void cutSecretsOf(String text, int from, int to) {
        if (from - charsCut > charsMax) {
            return;
        }
        RedactedText redacted = redaction.text(text);
        if (redacted.count() > 0) {
            cut(new Cut(from, to, Redaction.quoted(redacted.text()), redacted.count()));
        }
    }

    private void cut(Cut cut) {
        cuts.add(cut);
        charsCut += Math.max(0, cut.to - cut.from - cut.replacement.length());
    }

    private int tokenStart() {
        return Math.toIntExact(parser.currentTokenLocation().getCharOffset());
    }

    private int tokenEnd(int from, JsonToken token) throws IOException {
        if (token.isNumeric()) {
            return from + parser.getTextLength();
        }
        return token.isScalarValue() && token != JsonToken.VALUE_STRING
                ? from + token.asString().length()
                : Math.min(
                        json.length(), Math.toIntExact(parser.currentLocation().getCharOffset()));
    }

    private RedactedJson redacted() {
        if (cuts.isEmpty()) {
            return new RedactedJson(json, 0, true);
        }
        // A cut of a whole value comes before cuts inside it.
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
        return new RedactedJson(redacted.append(json, copied, json.length()).toString(), count, true);
    }
}
