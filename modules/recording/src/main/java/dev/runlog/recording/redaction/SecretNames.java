package dev.runlog.recording.redaction;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names that mark their values as secrets. Case, {@code -}, {@code _}, dots, spaces, invisible characters and a
 * trailing number are ignored. Names are matched from the end, because most differ from all of these within a few
 * characters.
 */
final class SecretNames {
    /** Maximum length of a name in text. */
    private static final int NAME_CHARS_MAX = 256;

    /** Maximum digits of a trailing number that is ignored, as in {@code password_2}. */
    private static final int NUMBER_CHARS_MAX = 4;

    private final Node root = new Node();

    /** @param names full names, or suffixes that begin with {@code *}, such as {@code *password} */
    SecretNames(List<String> names) {
        names.forEach(this::add);
    }

    private void add(String name) {
        boolean ending = name.startsWith("*");
        Node node = root;
        for (int i = name.length() - 1; i >= (ending ? 1 : 0); i--) {
            int letter = letter(name.charAt(i));
            if (letter >= 0) {
                node = node.add((char) letter);
            }
        }
        if (node == root) {
            throw new IllegalArgumentException(
                    "Invalid recording.redact-names: '" + name + "' (expected at least one letter or digit).");
        }
        node.endsName |= ending;
        node.isName = true;
    }

    /** Whether the name is one of these. */
    boolean contains(String name) {
        return isName(name, 0, name.length());
    }

    /** Whether the text from {@code start} to {@code end} is one of these names. */
    boolean isName(String text, int start, int end) {
        if (matches(text, start, end)) {
            return true;
        }
        int numberStart = withoutNumber(text, start, end);
        return numberStart < end && matches(text, start, numberStart);
    }

    /** The end of the name without its trailing number. */
    static int withoutNumber(String text, int start, int end) {
        int digits = end;
        while (digits > start && end - digits < NUMBER_CHARS_MAX && isDigit(text.charAt(digits - 1))) {
            digits--;
        }
        return digits == start || digits > start && isDigit(text.charAt(digits - 1)) ? end : digits;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private boolean matches(String text, int start, int end) {
        Node node = root;
        for (int i = end - 1; i >= start; i--) {
            int letter = letter(text.charAt(i));
            if (letter >= 0) {
                node = node.next((char) letter);
                if (node == null) {
                    return false;
                }
                if (node.endsName) {
                    return true;
                }
            }
        }
        return node.isName;
    }

    /** The start of the name that ends at {@code end} in prose or code; -1 if it is not one of these. */
    int startOf(String text, int end) {
        if (end == 0 || !mayEndName(text, end)) {
            return -1;
        }
        int start = end;
        int min = Math.max(0, end - NAME_CHARS_MAX);
        while (start > min && isPartOfName(text.charAt(start - 1))) {
            start--;
        }
        return isName(text, start, end) ? start : -1;
    }

    private boolean mayEndName(String text, int end) {
        char last = text.charAt(end - 1);
        if (root.next(Character.toLowerCase(last)) != null) {
            return true;
        }
        int numberStart = isDigit(last) ? withoutNumber(text, 0, end) : end;
        if (numberStart == end) {
            return false;
        }
        char before = text.charAt(numberStart - 1);
        return before == '-' || before == '_' || root.next(Character.toLowerCase(before)) != null;
    }

    private static boolean isPartOfName(char c) {
        return c == '-' || c == '_' || c == '.' || Character.isLetterOrDigit(c);
    }

    /** Whether the JSON string that ends before {@code end} is one of these names. Escapes are not decoded. */
    boolean isStringBefore(String json, int end) {
        if (endsString(json, end)) {
            return true;
        }
        int numberStart = withoutNumber(json, 0, end);
        return numberStart < end && endsString(json, numberStart);
    }

    private boolean endsString(String json, int end) {
        Node node = root;
        for (int i = end - 1; i >= 0; i--) {
            char c = json.charAt(i);
            if (c == '"') {
                return node.isName;
            }
            int letter = letter(c);
            if (letter >= 0) {
                node = node.next((char) letter);
                if (node == null) {
                    return false;
                }
                if (node.endsName) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The name in the form in which names are compared. */
    static String normalised(String text, int start, int end) {
        StringBuilder letters = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            int letter = letter(text.charAt(i));
            if (letter >= 0) {
                letters.append((char) letter);
            }
        }
        return letters.toString();
    }

    /** The character in the form in which names are compared; -1 if it is ignored. */
    private static int letter(char c) {
        if (c < 0x80) {
            return c == '-' || c == '_' || c == '.' || c == ' ' ? -1 : c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        }
        if (c >= '\uFF01' && c <= '\uFF5E') {
            // Fullwidth forms of ASCII.
            return letter((char) (c - 0xFEE0));
        }
        return Character.getType(c) == Character.FORMAT ? -1 : Character.toLowerCase(c);
    }

    private static final class Node {
        private final @Nullable Node[] ascii = new Node[0x80];
        private @Nullable Map<Character, Node> others;
        private boolean isName;
        private boolean endsName;

        @Nullable
        Node next(char letter) {
            return letter < 0x80 ? ascii[letter] : others == null ? null : others.get(letter);
        }

        Node add(char letter) {
            Node next = next(letter);
            if (next == null) {
                next = new Node();
                if (letter < 0x80) {
                    ascii[letter] = next;
                } else {
                    if (others == null) {
                        others = new HashMap<>();
                    }
                    others.put(letter, next);
                }
            }
            return next;
        }
    }
}
