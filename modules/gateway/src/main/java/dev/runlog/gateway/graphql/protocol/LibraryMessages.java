package dev.runlog.gateway.graphql.protocol;

import dev.runlog.contract.text.SafeText;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rewrites error messages of graphql-java in the terms of GraphQL and JSON, without names of Java classes. */
final class LibraryMessages {
    /** The library shows the syntax tree of a literal; the location of the error is enough. */
    private static final Pattern TREE =
            Pattern.compile(" with value '\\w+\\{.*\\}'(?= (?:is|must|has|contains|does) )");

    private static final Pattern SIMPLE_TREE = Pattern.compile("\\w+Value\\{(?:name|value)='?([^'{}]*)'?\\}");
    private static final Pattern TYPE = Pattern.compile("'(\\w+)'");
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("EnumValue", "enum value"),
            Map.entry("StringValue", "string"),
            Map.entry("IntValue", "integer"),
            Map.entry("FloatValue", "number"),
            Map.entry("BooleanValue", "boolean"),
            Map.entry("NullValue", "null"),
            Map.entry("ArrayValue", "list"),
            Map.entry("ObjectValue", "object"),
            Map.entry("VariableReference", "variable"),
            Map.entry("LinkedHashMap", "object"),
            Map.entry("Map", "object"),
            Map.entry("ArrayList", "list"),
            Map.entry("Integer", "integer"),
            Map.entry("Long", "integer"),
            Map.entry("NumberText", "number"),
            Map.entry("BigInteger", "integer"),
            Map.entry("BigDecimal", "number"));

    /** The library quotes input of any length, and the patterns are quadratic in it. */
    private static final int CHARS_MAX = 500;

    private LibraryMessages() {}

    static String plain(String message) {
        String plain = TREE.matcher(SafeText.shorten(message, CHARS_MAX)).replaceAll("");
        plain = SIMPLE_TREE.matcher(plain).replaceAll("$1");
        plain = plain.replace("an AST type of ", "").replace("must be an instance of type", "must be of type");
        plain = plain.replace("Subscription operation 'null'", "The subscription");
        return TYPE.matcher(plain)
                .replaceAll(type -> Matcher.quoteReplacement(
                        WORDS.containsKey(type.group(1))
                                ? Objects.requireNonNull(WORDS.get(type.group(1)))
                                : type.group()));
    }
}
